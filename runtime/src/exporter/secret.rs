//! Blots our secrets out of what servers and libraries say, because servers echo the tokens that they were sent.
//!
//! Secret are the values of headers, and the users and passwords of proxies; endpoints hold none. They are found as they are and
//! in the disguises in which servers repeat them: percent-encoded, escaped as in JSON or HTML, in another case, cut short.

use crate::plan::Remote;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;

/// What stands where a secret was.
const REDACTED: &str = "<redacted>";
/// How many characters of a foreign text are shown.
const MAX_SHOWN: usize = 300;
/// A secret that is shorter is found only as a whole word; otherwise one like `a` would blot out every `a`.
const SHORT: usize = 6;
/// So many bytes from the beginning of a secret are treated like the secret.
const BEGINNING: usize = 8;
/// Words in a header's value that say only which kind of secret follows.
const SCHEMES: [&str; 9] =
    ["basic", "bearer", "digest", "token", "apikey", "api-key", "key", "negotiate", "oauth"];

/// The secrets that go to one backend.
pub(super) struct Secrets(Vec<Vec<u8>>);

impl Secrets {
    /// All that is secret about `remote`.
    pub(super) fn of(remote: &Remote) -> Secrets {
        let mut secrets = Secrets(Vec::new());
        for value in remote.headers.0.values() {
            secrets.add_header(&String::from_utf8_lossy(value.as_bytes()));
        }
        let proxies = &remote.proxies;
        for proxy in [&proxies.http, &proxies.https, &proxies.all].into_iter().flatten() {
            secrets.add_user_of(proxy);
        }
        secrets
    }

    /// A foreign text as it may be shown: on one line, of bounded length, without secrets and control characters.
    pub(super) fn clean(&self, text: &[u8]) -> String {
        let mut shown = String::new();
        for char in String::from_utf8_lossy(&self.blot_out(text)).trim().chars() {
            if shown.chars().count() >= MAX_SHOWN {
                return shown + "…";
            }
            match char {
                '"' | '\'' | '\\' => shown.push(char),
                char if char.is_whitespace() => shown.push(' '),
                char => shown.extend(char.escape_debug()),
            }
        }
        shown
    }

    fn add_header(&mut self, value: &str) {
        let parts =
            value.split(|char: char| char.is_whitespace() || matches!(char, '=' | ',' | ';' | ':'));
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        for part in &parts {
            let is_scheme = SCHEMES.contains(&part.to_ascii_lowercase().as_str());
            if !is_scheme || parts.len() == 1 {
                self.add(part);
            }
        }
        if let Some((scheme, credentials)) = value.split_once(' ')
            && scheme.eq_ignore_ascii_case("basic")
        {
            self.add_decoded(credentials.trim());
        }
    }

    /// Basic credentials hold user and password, which the server knows.
    fn add_decoded(&mut self, credentials: &str) {
        let decoded = BASE64_STANDARD.decode(credentials).unwrap_or_default();
        let decoded = String::from_utf8_lossy(&decoded);
        self.add(&decoded);
        decoded.split(':').for_each(|part| self.add(part));
    }

    fn add_user_of(&mut self, url: &str) {
        let Some((before, _)) = url.rsplit_once('@') else {
            return;
        };
        let user = before.rsplit_once("://").map_or(before, |(_, user)| user);
        self.add(user);
        user.split(':').for_each(|part| self.add(part));
        let decoded: Vec<u8> = percent_decode_str(user).collect();
        self.add(&BASE64_STANDARD.encode(decoded));
    }

    fn add(&mut self, secret: &str) {
        // Padding says nothing, and is what servers escape in ways of their own.
        let secret = secret.trim_end_matches('=').as_bytes();
        if !secret.is_empty() {
            self.0.push(secret.to_vec());
            self.0.push(Text::of(secret).decoded);
        }
    }

    fn blot_out(&self, raw: &[u8]) -> Vec<u8> {
        let text = Text::of(raw);
        let mut shown = Vec::with_capacity(raw.len());
        let mut at = 0;
        while at < text.decoded.len() {
            let hidden = self.0.iter().filter_map(|secret| text.secret_len(at, secret)).max();
            match hidden {
                Some(_) => shown.extend_from_slice(REDACTED.as_bytes()),
                None => shown.extend_from_slice(text.raw(at)),
            }
            at += hidden.unwrap_or(1);
        }
        shown
    }
}

/// A text with its escapes resolved, which knows where each byte came from.
struct Text<'a> {
    raw: &'a [u8],
    decoded: Vec<u8>,
    /// Where the bytes of `decoded` begin in `raw`, and where `raw` ends.
    starts: Vec<usize>,
}

impl<'a> Text<'a> {
    fn of(raw: &'a [u8]) -> Text<'a> {
        let (mut decoded, mut starts, mut at) =
            (Vec::with_capacity(raw.len()), Vec::with_capacity(raw.len() + 1), 0);
        while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
            let (byte, len) = unescape(rest);
            decoded.push(byte);
            starts.push(at);
            at += len;
        }
        starts.push(raw.len());
        Text { raw, decoded, starts }
    }

    /// The bytes that `decoded[at]` was made from.
    fn raw(&self, at: usize) -> &'a [u8] {
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&start), Some(&end)) => self.raw.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// How many bytes of `secret`, or of its beginning, stand at `at`.
    fn secret_len(&self, at: usize, secret: &[u8]) -> Option<usize> {
        let text = self.decoded.get(at..)?;
        let same = text.iter().zip(secret).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
        let is_word_here = |at: usize| self.decoded.get(at).is_some_and(u8::is_ascii_alphanumeric);
        let found = if same < secret.len() {
            same >= BEGINNING
        } else {
            same >= SHORT || !(at > 0 && is_word_here(at - 1) || is_word_here(at + same))
        };
        found.then_some(same)
    }
}

/// The first byte that `text` means, and how many bytes say so. Knows `%41`, `\u0041`, `&#65;`, `&#x41;` and `\/`.
fn unescape(text: &[u8]) -> (u8, usize) {
    let digits = |from: usize, to: usize, radix| {
        let digits = std::str::from_utf8(text.get(from..to)?).ok()?;
        u8::from_str_radix(digits, radix).ok()
    };
    let escaped = match text {
        [b'%', ..] => digits(1, 3, 16).map(|byte| (byte, 3)),
        [b'\\', b'u', b'0', b'0', ..] => digits(4, 6, 16).map(|byte| (byte, 6)),
        [b'\\', byte, ..] if byte.is_ascii_punctuation() => Some((*byte, 2)),
        [b'&', b'#', b'x' | b'X', ..] => {
            entity_end(text).and_then(|end| Some((digits(3, end, 16)?, end + 1)))
        }
        [b'&', b'#', ..] => entity_end(text).and_then(|end| Some((digits(2, end, 10)?, end + 1))),
        _ => None,
    };
    escaped.unwrap_or((text.first().copied().unwrap_or_default(), 1))
}

fn entity_end(text: &[u8]) -> Option<usize> {
    text.iter().take(8).position(|&byte| byte == b';')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exporter::tests::{destination, remote};
    use crate::plan::Wire;

    #[track_caller]
    fn check(header: &str, said: &str, shown: &str) {
        let mut remote = remote([destination(Wire::OtlpHttp, "http://h:4318/v1/traces")]);
        remote.headers.0.insert("authorization", header.parse().unwrap());
        assert_eq!(Secrets::of(&remote).clean(said.as_bytes()), shown);
    }

    #[test]
    fn a_token_is_blotted_out_with_and_without_its_scheme() {
        check("Bearer s3cret", "bad token: Bearer s3cret", "bad token: Bearer <redacted>");
        check("Bearer s3cret", "bad token: s3cret, sorry", "bad token: <redacted>, sorry");
        check("Bearer s3cret", "s3cret", "<redacted>");
        check("s3cret", "got s3crets", "got <redacted>s");
        check("vendor key=abc123==", "no key=abc123== here", "no key=<redacted>== here");
    }

    #[test]
    fn a_disguised_token_is_blotted_out() {
        check(
            "Bearer a/b+c=d&efgh",
            r"Bearer%20a%2Fb%2bc%3Dd%26efgh",
            "Bearer%20<redacted>%3D<redacted>",
        );
        check("Bearer abc/def+ghi", r"{'t': 'abc\/def\u002bghi'}", "{'t': '<redacted>'}");
        check("Bearer abc<def>ghi", "<p>abc&#60;def&#x3E;ghi</p>", "<p><redacted></p>");
        check("Bearer AbCdEfG", "token abcdefg", "token <redacted>");
        check(
            "Bearer abc%20def",
            "abc%20def or abc def or abc%2520def",
            "<redacted> or <redacted> or <redacted>",
        );
    }

    #[test]
    fn the_beginning_of_a_long_token_is_blotted_out_too() {
        check(
            "Bearer eyJhbGciOiJIUzI1NiJ9",
            "token eyJhbGciOi... is bad",
            "token <redacted>... is bad",
        );
        check("Bearer eyJhbGciOiJIUzI1NiJ9", "token eyJ... is bad", "token eyJ... is bad");
    }

    #[test]
    fn a_short_value_is_blotted_out_as_a_word_only() {
        check("a", "a bad value: a", "<redacted> bad value: <redacted>");
        check("Bearer abc", "abc in (abc) and in fabce", "<redacted> in (<redacted>) and in fabce");
    }

    #[test]
    fn basic_credentials_are_blotted_out_decoded_too() {
        check("Basic dXNlcjpwYXNzd29yZA==", "wrong: password", "wrong: <redacted>");
        check("Basic dXNlcjpwYXNzd29yZA==", "Basic dXNlcjpwYXNzd29yZA==", "Basic <redacted>==");
    }

    #[test]
    fn the_user_of_a_proxy_is_blotted_out() {
        let mut remote = remote([]);
        remote.proxies.https = Some("http://me:pa%20ss-word@127.0.0.1:3128".into());
        remote.proxies.all = Some("proxy:hunter22@127.0.0.1".into());
        let said = "me, pa ss-word, pa%20ss-word, hunter22, bWU6cGEgc3Mtd29yZA==, 127.0.0.1";
        let shown = Secrets::of(&remote).clean(said.as_bytes());
        let r = REDACTED;
        assert_eq!(shown, format!("{r}, {r}, {r}, {r}, {r}==, 127.0.0.1"));
    }

    #[test]
    fn what_is_shown_is_one_bounded_line_without_control_characters() {
        check("s3cret", " a\tb\r\nc\u{1b}[31md\u{202e} ", "a b  c\\u{1b}[31md\\u{202e}");
        check("s3cret", &"ä".repeat(10_000), &("ä".repeat(MAX_SHOWN) + "…"));
        check("s3cret", "\"quoted\" isn't \\ escaped", "\"quoted\" isn't \\ escaped");
    }

    #[test]
    fn nothing_said_and_nothing_secret_are_no_trouble() {
        check("s3cret", "", "");
        check("", "100% &# &#; \\u00 %", "100% &# &#; \\u00 %");
        check("", "%zz &#xzz; 50%", "%zz &#xzz; 50%");
    }
}
