"""Last year's results, from the files people have: explained, then stored whole or not at all.

Start with reading.py: a file becomes a plan (plan.py), which says what each column and word is
and what has to be asked; store.py keeps it in one transaction and undoes it. containers.py,
delimited.py and workbooks.py open files; tools.py knows which survey tool wrote one; matching.py
compares with the questionnaire; counts.py reads tables of counts. Nothing that identifies a
person leaves this room: neither stored, nor shown, nor quoted. May import storage and below.
"""
