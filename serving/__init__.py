"""HTTP around a segmentation that people have signed; everything that needs no HTTP lives in `segmentation`."""
