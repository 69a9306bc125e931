//! When something is missing or did not work.

use super::parts::Column;
use crate::model::{Act, Model};
use crate::text::Text;
use crate::wire::{Embed, Problem};

/// Nothing that can be paid.
pub fn missing<C: Column>(model: &Model, problem: &Problem, column: &mut C) {
    column.drawn("cross-mark");
    column.heading(model);
    let detail = problem.detail.as_str();
    column.line("lead", if detail.is_empty() { Text::MissingLead.get() } else { detail });
    column.button("quiet", Text::Reload.get(), &Act::Reload);
    if model.page.embed == Embed::Modal {
        column.button("text", Text::Close.get(), &Act::Close);
    }
    small_print(problem, column);
}

/// The edge refused, or could not be reached.
pub fn failed<C: Column>(model: &Model, problem: &Problem, column: &mut C) {
    column.drawn("cross-mark");
    column.heading(model);
    column.line("lead", &problem.detail);
    column.button("main", Text::TryAgain.get(), &Act::Retry);
    column.button("quiet", Text::ChangeAssetLong.get(), &Act::Back);
    small_print(problem, column);
}

/// For whoever is asked for help.
fn small_print<C: Column>(problem: &Problem, column: &mut C) {
    column.line("small", &Text::ErrorCode.with(&[&problem.code]));
    if let Some(id) = &problem.request_id {
        column.line("small", &Text::RequestId.with(&[id]));
    }
}
