//! What programs print, without what differs each time.

/// The lines without times, their bars, and ids.
#[must_use]
pub fn blanked(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| {
        let indent = line.len() - line.trim_start().len();
        let words: Vec<_> = line.split_whitespace().filter(|word| !differs(word)).collect();
        format!("{}{}", &line[..indent], words.join(" "))
    });
    lines.filter(|line| !line.is_empty()).collect()
}

/// Whether a word is another one each time.
fn differs(word: &str) -> bool {
    let word = word.trim_end_matches(',');
    let is_id = word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_bar = word.chars().all(|char| "━╺╸".contains(char));
    is_id || is_bar || is_duration(word.trim_start_matches('+')) || is_time_of_day(word)
}

fn is_duration(word: &str) -> bool {
    ["ns", "µs", "ms", "s"]
        .iter()
        .any(|unit| word.strip_suffix(unit).is_some_and(|number| number.parse::<f64>().is_ok()))
}

/// As `20:50:28.845Z`.
fn is_time_of_day(word: &str) -> bool {
    word.ends_with('Z') && word.split(':').count() == 3
}
