"""The pages of compliance: what people read, compare and sign in a browser, rendered here, without a script.

Each page is a dataclass whose fields carry a line of help (`serving.pages.page`); a handler makes one of a
`Visit`, and `serving.pages.render` writes it in the reader's language. Which role may ask for which page is
one table, `serving.pages.table`, which `serving.pages.entrance.door` holds; the rest is loaded when the first
page is asked for.

What every page uses stands here; each group of pages has a package of its own.
"""
