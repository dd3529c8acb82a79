use synndicate::traced;

pub struct Reader;

impl Reader {
    #[traced]
    pub fn read(&self, n: u8) -> u8 { self. }

    #[traced]
    pub fn other(&self) -> u8 { missing_name }
}

#[traced(nam)]
pub fn completes(reader: &Reader) -> u8 { reader.missing_method() }

fn main() {}
