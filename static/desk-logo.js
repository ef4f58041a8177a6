// A logo straight from a camera or a designer is larger than what is taken: it is drawn smaller
// here, before it is sent. What no browser can draw is sent as it is, and refused in words.
(function () {
  "use strict";
  var field = document.querySelector("input[type=file][data-box]");
  if (!field || !window.DataTransfer || !window.HTMLCanvasElement) return;
  var box = field.getAttribute("data-box").split("x").map(Number);

  function smaller(picture) {
    var by = Math.min(1, box[0] / picture.width, box[1] / picture.height), canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * by));
    canvas.height = Math.max(1, Math.round(picture.height * by));
    var pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas;
  }
  function put(data) {
    var files = new DataTransfer();
    files.items.add(new File([data], "logo", { type: data.type }));
    field.files = files.files;
  }
  field.addEventListener("change", function () {
    var file = field.files[0], most = Number(field.getAttribute("data-most"));
    if (!file || file.size <= most || file.type === "image/svg+xml") return;
    var reader = new FileReader(), picture = new Image();
    reader.onload = function () { picture.src = reader.result; };
    picture.onload = function () {
      var canvas = smaller(picture);
      canvas.toBlob(function (png) {
        if (png.size <= most) put(png);
        else canvas.toBlob(put, "image/jpeg", 0.85);
      }, "image/png");
    };
    reader.readAsDataURL(file);
  });
})();
