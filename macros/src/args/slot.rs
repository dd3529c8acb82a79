//! A place for one option that can be written once.

use crate::diagnostics::Diagnostics;
use proc_macro2::Ident;

/// The value of an option and the word that set it.
#[derive(Clone)]
pub(crate) struct Slot<T> {
    set: Option<(Ident, T)>,
    /// It was set for a whole block.
    is_inherited: bool,
}

impl<T: Clone> Slot<Vec<T>> {
    /// Puts what a whole block lists, as far as it `holds`, in front of the function's own list.
    pub(super) fn inherit_list(&mut self, block: &Slot<Vec<T>>, holds: impl Fn(&T) -> bool) {
        let Some((word, listed)) = &block.set else { return };
        let listed = listed.iter().filter(|item| holds(item)).cloned();
        match &mut self.set {
            Some((_, own)) => drop(own.splice(..0, listed)),
            None => self.set = Some((word.clone(), listed.collect())),
        }
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Slot<T> {
        Slot { set: None, is_inherited: false }
    }
}

impl<T> Slot<T> {
    /// Sets the value; a second time is a mistake, at the second word.
    pub(crate) fn set(&mut self, diagnostics: &Diagnostics, word: Ident, value: T) {
        match &self.set {
            None => self.set = Some((word, value)),
            Some((first, _)) => {
                diagnostics.error_at(word.span(), format!("`{first}` is given twice"));
            }
        }
    }

    /// The value, if it was set.
    pub(crate) fn get(&self) -> Option<&T> {
        self.set.as_ref().map(|(_, value)| value)
    }

    /// The word that set it.
    pub(crate) fn word(&self) -> Option<&Ident> {
        self.set.as_ref().map(|(word, _)| word)
    }

    pub(crate) fn is_set(&self) -> bool {
        self.set.is_some()
    }

    /// Whether the function itself says so, and not the block around it.
    pub(crate) fn is_own(&self) -> bool {
        self.set.is_some() && !self.is_inherited
    }

    /// Takes the value that holds for a whole block where the function has none of its own.
    pub(super) fn inherit(&mut self, block: &Slot<T>)
    where
        T: Clone,
    {
        if self.set.is_none() {
            self.set.clone_from(&block.set);
            self.is_inherited = true;
        }
    }
}
