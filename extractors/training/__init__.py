"""Training the model behind the components, from annotated abstracts (extra `train`; see docs/training.md).

`examples` turns annotated papers into arrays, `network` is what learns, `fit` the loop, `limits` chooses
thresholds and calibrates on papers that were held out, `export` writes what the components load. Nothing here
is imported at run time.
"""
