"""Drawing with Pillow; nothing here knows a question or a split."""
