use synndicate::traced;

pub struct Reader;

#[traced(nam)]
pub fn completes(reader: &Reader) -> u8 { reader.missing_method() }

fn main() {
    completes(&Reader);
}
