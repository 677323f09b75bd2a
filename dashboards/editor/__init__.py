"""The panel editor: a document as a form that its schema draws, as a text, and as the panel it makes."""
