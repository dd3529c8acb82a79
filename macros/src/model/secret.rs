//! Names that say that nobody should see the value: the last words of `user_password`, `apiKey`, `private_key_pem`.
//!
//! Only whole words at the end count. So `token` is a secret, and `token_count`, `max_tokens` and `tokens` are the numbers that
//! people who work with language models look for.

/// What is secret, in words with a space between.
const SECRETS: [&str; 38] = [
    "access key",
    "api key",
    "api keys",
    "apikey",
    "auth",
    "authorization",
    "bearer",
    "connection string",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "cvc",
    "cvv",
    "dsn",
    "encryption key",
    "jwt",
    "mnemonic",
    "otp",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "pin",
    "pin code",
    "private key",
    "private keys",
    "pwd",
    "refresh token",
    "secret",
    "secret key",
    "secrets",
    "session key",
    "session token",
    "signing key",
    "ssn",
    "token",
];

/// How a secret may be written down, which does not make it less of one.
const FORMS: [&str; 11] =
    ["base64", "bytes", "hash", "header", "hex", "pem", "plain", "raw", "str", "string", "value"];

/// Whether `name` ends with the words for a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let mut words = words(name);
    loop {
        if SECRETS.iter().any(|secret| ends_with(&words, secret)) {
            return true;
        }
        if words.pop_if(|last| FORMS.contains(&last.as_str())).is_none() {
            return false;
        }
    }
}

fn ends_with(words: &[String], secret: &str) -> bool {
    let mut before = words.iter().rev();
    secret.rsplit(' ').all(|word| before.next().is_some_and(|last| last == word))
}

/// The words of a name in any case, in lower case and without the numbers behind them.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = '_';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut ends_acronym = || letters.peek().is_some_and(|next| next.is_lowercase());
        let begins = letter == '_'
            || letter.is_uppercase()
                && (before.is_lowercase() || before.is_uppercase() && ends_acronym());
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter != '_') {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    let without_number = |word: &String| {
        let is_form = FORMS.contains(&word.as_str());
        let text = if is_form { word } else { word.trim_end_matches(char::is_numeric) };
        text.to_owned()
    };
    words.iter().map(without_number).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_the_last_words_of_a_name() {
        for secret in [
            "password",
            "user_password",
            "API_KEY",
            "access_token",
            "_secret",
            "cookie",
            "bearer",
            "jwt",
            "pin",
            "card_pin",
            "ssn",
            "cvv",
            "session_token",
            "private_key_pem",
            "connection_string",
            "dsn",
            "password_hash",
            "token_base64",
            "auth_header",
            "secret_key_hex_string",
            "password2",
            "password_2",
        ] {
            assert!(is_secret(secret), "{secret}");
        }
    }

    #[test]
    fn words_are_told_apart_by_capitals_as_well() {
        for secret in ["apiKey", "accessToken", "userPIN", "ApiKey", "APIKey", "dbConnectionString"]
        {
            assert!(is_secret(secret), "{secret}");
        }
        assert!(!is_secret("spIn") && !is_secret("tokenCount"));
    }

    #[test]
    fn what_only_contains_such_a_word_is_none() {
        for other in [
            "tokens",
            "token_count",
            "max_tokens",
            "tokens_used",
            "token_id",
            "author",
            "passwords_match",
            "key",
            "pinned",
            "spin",
            "pins",
            "string",
            "hash",
            "bytes",
            "unauthorized",
            "secretary",
            "",
            "_",
            "1",
        ] {
            assert!(!is_secret(other), "{other}");
        }
    }
}
