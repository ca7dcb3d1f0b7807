//! A field of an update: omitted is not null.

/// What an update says about one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Nothing: the field stays as it is.
    #[default]
    Keep,
    /// The field is emptied.
    Clear,
    /// The field becomes this.
    Set(T),
}

impl<T> Change<T> {
    /// The value to set, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}
