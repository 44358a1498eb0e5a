//! Order: what a person did, as they did it, as far as it lies in the mailbox together. What came apart is the
//! conversation's to tell (`antrean_chat::Arrival`).

/// The order to take messages in, given the update each came in; `None` is an outcome. Updates go by their ids, in the
/// places updates have; outcomes stay where they are, since nobody can tell what they were to come before.
pub(super) fn by_update(ids: &[Option<i64>]) -> Vec<usize> {
    let places: Vec<usize> = (0..ids.len()).filter(|place| ids[*place].is_some()).collect();
    let mut sorted = places.clone();
    // Stable: an id that is there twice stays as it came.
    sorted.sort_by_key(|place| ids[*place]);
    let mut order: Vec<usize> = (0..ids.len()).collect();
    for (place, message) in places.into_iter().zip(sorted) {
        order[place] = message;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_go_by_their_ids_and_outcomes_stay() {
        assert!(by_update(&[]).is_empty());
        assert_eq!(by_update(&[Some(4), Some(5), None]), [0, 1, 2]);
        assert_eq!(by_update(&[Some(5), None, Some(3), Some(4)]), [2, 1, 3, 0]);
        assert_eq!(by_update(&[None, Some(5), Some(5), Some(4)]), [0, 3, 1, 2]);
    }
}
