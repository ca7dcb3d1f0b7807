//! Settings: the order of sources, the sentences about wrong ones, and the example file.
