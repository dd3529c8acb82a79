//! An attribute of that name makes a `main` of its own.

mod rocket {
    pub use synndicate::traced as launch;
}

#[synndicate::traced_service]
#[rocket::launch]
fn main() {}
