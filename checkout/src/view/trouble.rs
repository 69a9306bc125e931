//! When something is missing or did not work.

use super::parts::Column;
use crate::model::{Act, Model, Place};
use crate::text::{Text, spoken};
use crate::wire::{Embed, Problem};

/// Nothing that can be paid.
pub fn missing<C: Column>(model: &Model, problem: &Problem, column: &mut C) {
    column.drawn("cross-mark");
    column.heading(model);
    let detail = problem.detail.as_str();
    column.line("lead", if detail.is_empty() { Text::MissingLead.get() } else { detail });
    let class = if problem.is_of_a_wrong_link() { "quiet" } else { "main" };
    column.button(class, Text::Reload.get(), &Act::Reload);
    if model.page.embed == Embed::Modal {
        column.button("text", Text::Close.get(), &Act::Close);
    }
    small_print(problem, column);
}

/// The edge refused, or could not be reached.
pub fn failed<C: Column>(model: &Model, problem: &Problem, column: &mut C) {
    column.drawn("cross-mark");
    column.heading(model);
    let detail = match known(problem) {
        Some(text) => text.get(),
        None => &problem.detail,
    };
    column.line("lead", detail);
    if let Place::Failed { attempt, .. } = &model.place {
        // The very same choice: also for a page without scripts, which remembers nothing.
        column.button("main", Text::TryAgain.get(), &Act::Choose(attempt.asset.clone()));
    }
    column.button("quiet", Text::ChangeAssetLong.get(), &Act::Back);
    small_print(problem, column);
}

/// What a buyer may meet, in their language. The edge's own words are English, and know more: until when to wait.
fn known(problem: &Problem) -> Option<Text> {
    match problem.code.as_str() {
        _ if spoken().tag == "en" => None,
        "rate_limited" | "limit_reached" => Some(Text::FailedTooMany),
        "rates_unavailable" => Some(Text::NoPrices),
        "network_unavailable" => Some(Text::NetworkUnavailable),
        "asset_off_peg" => Some(Text::AssetOffPeg),
        // What this page found itself is in the buyer's language.
        _ if problem.is_of_this_page() => None,
        _ => Some(Text::RemoteTrouble),
    }
}

/// For whoever is asked for help.
fn small_print<C: Column>(problem: &Problem, column: &mut C) {
    column.line("small", &Text::ErrorCode.with(&[&problem.code]));
    if let Some(id) = &problem.request_id {
        column.line("small", &Text::RequestId.with(&[id]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Translation, speaking};

    #[test]
    fn a_buyer_reads_their_language_and_english_readers_the_edges_own_words() {
        let problem = |code: &str| Problem {
            code: code.to_owned(),
            detail: String::new(),
            request_id: (code != "no_answer").then(|| "req_1".to_owned()),
        };
        let german = Translation { tag: "de", ..Translation::FIRST };
        #[rustfmt::skip]
        let table = [
            ("limit_reached",       Some(Text::FailedTooMany)),
            ("rates_unavailable",   Some(Text::NoPrices)),
            ("field_invalid",       Some(Text::RemoteTrouble)),
            ("no_answer",           None),
        ];
        for (code, expected) in table {
            assert_eq!(speaking(german, || known(&problem(code))), expected, "{code}");
            assert_eq!(known(&problem(code)), None, "{code}");
        }
    }
}
