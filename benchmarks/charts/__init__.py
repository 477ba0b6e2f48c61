"""Charts with known random data, drawn by independent libraries; what benchmarks/chart_reading.py reads."""
