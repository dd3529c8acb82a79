//! What must hold in every order in which threads can meet.

/// A test for each model.
macro_rules! models {
    ($($subject:ident: $($model:ident),+;)+) => {
        $(mod $subject {
            $(#[test]
            fn $model() {
                synndicate_models::$subject::$model();
            })+
        })+
    };
}

models! {
    handing_over:
        a_record_is_read_once_whole_and_in_order,
        a_writer_that_reads_its_own_ring_takes_nothing_twice,
        what_a_thread_left_in_its_ring_is_read_to_the_end;
    tenants:
        a_stale_id_does_nothing_to_the_next_span,
        a_stale_id_reads_its_own_span_or_nothing,
        what_a_handle_writes_joins_its_span_or_is_late,
        what_is_written_as_a_span_ends_does_not_join_the_next;
}
