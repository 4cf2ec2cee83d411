"""HTTP around a segmentation that people have signed; what needs no HTTP lives in `segmentation`."""
