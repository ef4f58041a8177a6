var doc = document, body = doc.body;

function $(id) { return doc.getElementById(id); }

function all(selector, within) { return [].slice.call((within || doc).querySelectorAll(selector)); }

function form() { return $('survey'); }

function value(name) { return form().elements[name].value; }
