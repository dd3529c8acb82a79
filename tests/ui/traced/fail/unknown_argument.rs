use synndicate::traced;

#[traced(skip(tokn), capture(query, self))]
fn search(token: &str, (query, _): (u8, u8)) {
    let _ = (token, query);
}

struct Type;

#[traced(skip(password), capture(first, secnd))]
impl Type {
    fn one(&self, first: u8) {
        let _ = first;
    }

    #[traced(skip(first))]
    fn two(&self, second: u8) {
        let _ = second;
    }
}

fn main() {
    search("", (1, 2));
    Type.one(1);
    Type.two(1);
}
