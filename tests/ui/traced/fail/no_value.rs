use synndicate::traced;

#[derive(Debug)]
struct Order;

#[traced(skip_all, fields(order = order, shown = %order, debug = ?order))]
fn place(order: &Order) {}

fn main() {
    place(&Order);
}
