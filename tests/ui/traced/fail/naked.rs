use synndicate::traced;

#[traced]
#[unsafe(naked)]
extern "C" fn naked() {
    std::arch::naked_asm!("ret")
}

fn main() {
    naked();
}
