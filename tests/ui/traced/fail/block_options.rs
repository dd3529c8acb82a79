use synndicate::traced;

struct Type;

#[traced(name = "all the same", fields("" = 1), captre_all, skip_methods(on))]
impl Type {
    fn one(&self) {}

    #[traced(name = "mine", lvel = "info")]
    fn two(&self) {}
}

fn main() {
    Type.one();
    Type.two();
}
