struct Order;

fn main() {
    synndicate::set_attribute("orders", vec![Order]);
}
