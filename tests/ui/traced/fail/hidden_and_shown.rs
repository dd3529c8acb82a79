use synndicate::traced;

#[traced(redact(card), fields(card))]
fn redacted(card: &str) {
    let _ = card;
}

#[traced(hash(card), fields(%card))]
fn hashed(card: &str) {
    let _ = card;
}

#[traced(skip(card), fields(?card))]
fn skipped_and_shown_in_another_form(card: &str) {
    let _ = card;
}

#[traced(skip_all, fields(query))]
fn nothing_but(query: &str, card: &str) {
    let _ = (query, card);
}

#[traced(skip(card), fields(card))]
impl Shop {
    fn pay(card: &str) {
        let _ = card;
    }
}

struct Shop;

fn main() {
    redacted("1");
    hashed("1");
    skipped_and_shown_in_another_form("1");
    nothing_but("1", "2");
    Shop::pay("1");
}
