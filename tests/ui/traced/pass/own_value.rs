//! Values of a user's own types, wherever a value is recorded.
#![deny(warnings)]

use std::collections::{BTreeMap, HashMap, VecDeque};
use synndicate::{AnyValue, Value, traced};

pub struct Order {
    id: u64,
    items: Vec<Item>,
}

pub struct Item(&'static str, u32);

impl Value for Item {
    fn write(&self, to: AnyValue<'_>) {
        to.array(|array| {
            array.push(self.0);
            array.push(&self.1);
        });
    }
}

impl Value for Order {
    fn write(&self, to: AnyValue<'_>) {
        to.map(|map| {
            map.entry("id", &self.id);
            map.entry("items", &self.items);
        });
    }
}

pub enum State {
    Open,
    Closed,
}

impl Value for State {
    fn write(&self, to: AnyValue<'_>) {
        to.text(match self {
            State::Open => "open",
            State::Closed => "closed",
        });
    }
}

#[traced(capture(order, states, by_name), fields(first = order.items.first(), state, all = states))]
pub fn place(order: &Order, states: &[State], by_name: &HashMap<String, Item>, state: State) -> usize {
    let _ = (by_name, state);
    synndicate::set_attribute("states", states);
    synndicate::set_attribute("order", [Some(order), None]);
    synndicate::set_attribute("queue", VecDeque::from([(1, "one", 1.0, true)]));
    order.items.len()
}

#[traced(capture(value))]
pub async fn generic<T: Value>(value: T) -> BTreeMap<&'static str, T> {
    BTreeMap::from([("value", value)])
}

pub fn objects(values: &[&dyn Value]) {
    synndicate::set_attribute("values", values);
}

fn main() {
    let order = Order { id: 7, items: vec![Item("tea", 2)] };
    place(&order, &[State::Open, State::Closed], &HashMap::new(), State::Open);
    drop(generic(order));
    objects(&[&1, &"two"]);
}
