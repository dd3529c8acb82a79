use synndicate::traced;

struct Type;

#[traced]
impl Type {
    #[cfg_attr(all(), traced(skip_all))]
    fn method(&self) {}
}

#[traced]
#[async_trait::async_trait]
impl Run for Type {
    #[cfg_attr(all(), inline, synndicate::traced)]
    async fn run(&self) {}
}

#[async_trait::async_trait]
trait Run {
    async fn run(&self);
}

fn main() {
    Type.method();
    drop(Type.run());
}
