//! One key per person and one per case: destroying it destroys what it sealed.

use uuid::Uuid;

use crate::{
    OpenError,
    cipher::{Cipher, place},
};

/// Seals fields of one person's, or one case's, rows.
#[derive(Clone)]
pub struct DataKey(pub(crate) Cipher);

impl DataKey {
    /// Seals a field to its place: in another table, column or row it does not open.
    #[must_use]
    pub fn seal(&self, table: &str, column: &str, row: Uuid, plaintext: &[u8]) -> Vec<u8> {
        self.0.seal(&place(&[table.as_bytes(), column.as_bytes(), row.as_bytes()]), plaintext)
    }

    /// Opens what [`DataKey::seal`] gave for the same place.
    ///
    /// # Errors
    /// Where key or place are others, or the bytes were altered.
    pub fn open(&self, table: &str, column: &str, row: Uuid, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        self.0.open(&place(&[table.as_bytes(), column.as_bytes(), row.as_bytes()]), sealed)
    }
}
