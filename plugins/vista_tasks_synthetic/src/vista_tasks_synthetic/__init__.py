"""Charts, tables and geometry drawn on the fly with exact gold answers."""
