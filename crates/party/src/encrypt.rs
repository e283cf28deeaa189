//! age files around presentations (age-encryption.org/v1, binary form).

use std::io::{Read as _, Write as _};

use detente_presentation::PRESENTATION_LIMIT;

use crate::PartyError;

/// Encrypts to one age recipient (`age1…`).
///
/// # Errors
/// [`PartyError::Recipient`], [`PartyError::Encryption`].
pub fn encrypt(bytes: &[u8], recipient: &str) -> Result<Vec<u8>, PartyError> {
    let wrong = |_| PartyError::Recipient { got: recipient.chars().take(80).collect() };
    let recipient: age::x25519::Recipient = recipient.parse().map_err(wrong)?;
    let recipients: [&dyn age::Recipient; 1] = [&recipient];
    let failed = |reason: String| PartyError::Encryption { reason };
    let encryptor =
        age::Encryptor::with_recipients(recipients.into_iter()).map_err(|error| failed(error.to_string()))?;
    let mut sealed = Vec::new();
    let written = encryptor.wrap_output(&mut sealed).and_then(|mut writer| {
        writer.write_all(bytes)?;
        writer.finish()?;
        Ok(())
    });
    written.map_err(|error| failed(error.to_string()))?;
    Ok(sealed)
}

/// Decrypts with the identities (`AGE-SECRET-KEY-1…`, one a line) of an age identity file.
///
/// # Errors
/// [`PartyError::Encryption`], also for more plain text than a presentation may have.
pub fn decrypt(sealed: &[u8], identities: &str) -> Result<Vec<u8>, PartyError> {
    let failed = |reason: String| PartyError::Encryption { reason };
    let identities: Vec<age::x25519::Identity> = identities
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.trim().parse().map_err(|_| failed("expected AGE-SECRET-KEY-1… lines".to_owned())))
        .collect::<Result<_, _>>()?;
    let decryptor = age::Decryptor::new(sealed)
        .map_err(|error| failed(format!("expected an age file with a whole header ({error})")))?;
    let reader = decryptor
        .decrypt(identities.iter().map(|identity| identity as &dyn age::Identity))
        .map_err(|error| failed(format!("expected an identity that opens it ({error})")))?;
    let mut bytes = Vec::new();
    let limit = PRESENTATION_LIMIT as u64 + 1;
    let read = reader.take(limit).read_to_end(&mut bytes);
    read.map_err(|error| failed(format!("expected a whole and unchanged age file ({error})")))?;
    if bytes.len() as u64 == limit {
        return Err(failed("expected at most 16 MiB of plain text".to_owned()));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn round_trip_and_refusals() {
        let identity = age::x25519::Identity::generate();
        let sealed = encrypt(b"file", &identity.to_public().to_string()).unwrap();
        assert!(sealed.starts_with(b"age-encryption.org/v1\n"));
        assert_eq!(decrypt(&sealed, identity.to_string().expose_secret()).unwrap(), b"file");
        let other = age::x25519::Identity::generate();
        assert!(decrypt(&sealed, other.to_string().expose_secret()).is_err());
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(decrypt(&changed, identity.to_string().expose_secret()).is_err());
        assert!(encrypt(b"file", "age1nonsense").is_err());
    }
}
