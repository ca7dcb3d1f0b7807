//! The program as an operator starts it.
