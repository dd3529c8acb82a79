//! Attributes and their values, from those of the API to ours.

use crate::recorder::{self, AnyValue, Attributes};
use opentelemetry::{Array, KeyValue, StringValue, Value};

/// Records attributes of the API as what they are.
pub(super) fn record(attributes: &mut Attributes<'_>, of_api: &[KeyValue]) {
    for KeyValue { key, value, .. } in of_api {
        attributes.record_as(key.as_str(), value);
    }
}

impl recorder::Value for Value {
    fn write(&self, to: AnyValue<'_>) {
        match self {
            Value::Bool(value) => value.write(to),
            Value::I64(value) => value.write(to),
            Value::F64(value) => value.write(to),
            Value::String(value) => value.write(to),
            Value::Array(value) => value.write(to),
            // A type that a later version of the API may bring.
            other => to.display(other),
        }
    }
}

impl recorder::Value for StringValue {
    fn write(&self, to: AnyValue<'_>) {
        to.text(self.as_str());
    }
}

impl recorder::Value for Array {
    fn write(&self, to: AnyValue<'_>) {
        match self {
            Array::Bool(values) => values.write(to),
            Array::I64(values) => values.write(to),
            Array::F64(values) => values.write(to),
            Array::String(values) => values.write(to),
            other => to.display(other),
        }
    }
}
