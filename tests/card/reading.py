"""Reading a page as a browser does: its elements, their attributes, and the text between them."""

import re
from html.parser import HTMLParser

VOID = {"meta", "br", "path", "circle", "line", "rect", "input", "link", "wbr"}


class Page(HTMLParser):
    """The elements, attributes and visible text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open, self.unclosed = [], [], [], [], []
        self.feed(text)
        self.text = re.sub(r"\s+", " ", " ".join(self.texts))

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.unclosed.append(tag)

    def handle_data(self, data):
        if "style" not in self.open:
            self.texts.append(data)

    def values(self, name):
        return [value for _, attribute, value in self.attributes if attribute == name]
