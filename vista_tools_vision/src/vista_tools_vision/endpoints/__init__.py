"""The chart endpoints: each a view of one typed scene, or a chart model's own answer."""
