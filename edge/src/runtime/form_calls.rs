//! The pages' forms: what a buyer without scripts presses. Each makes the very call of the API that the checkout would
//! make, with the same limits and checks, and leads on to a page.

use groat_checkout::language::Language;
use groat_checkout::model::Act;
use groat_checkout::wire::Problem;
use groat_core::wire::InvoiceSnapshot;
use serde_json::json;
use worker::{Env, Request};

use super::calls::{Asked, answer_call};
use super::page_calls::{Failed, Page, ReadyPage, error_page, invoice_page, language_of, pay_facts, pay_page};
use super::worker::{Reaction, settled};
use crate::api::Call;
use crate::limits::Client;
use crate::pages::{Form, Others, PageError, PageOptions, Shown, address, is_from_elsewhere, security_headers};
use crate::problem::Refusal;

/// What a form leads to.
enum Outcome {
    /// Another address.
    Go(String),
    /// The API refused to quote this asset: the page says why.
    Refused(String, Reaction),
}

/// A form, with what came with it.
struct Sent<'a> {
    env: &'a Env,
    form: Form,
    options: PageOptions,
    client: Client,
    language: &'static Language,
    own_origin: &'a str,
    request_id: &'a str,
}

/// (1) Refuses forms of other sites, (2) reads the form, (3) makes the call, (4) leads on, or shows the page with what went
/// wrong.
pub async fn answer_form(
    env: &Env,
    request: &Request,
    call: Call,
    body: &str,
    client: Client,
    request_id: &str,
) -> Reaction {
    let fail = |error: PageError| error_page(request, &error, request_id);
    // (1)
    let site = request.headers().get("sec-fetch-site").ok().flatten();
    if is_from_elsewhere(site.as_deref()) {
        return fail(PageError::FromElsewhere);
    }
    // (2)
    let url = request.url().ok();
    let own_origin = url.as_ref().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let options = PageOptions::parse(url.as_ref().and_then(|url| url.query()).unwrap_or_default());
    let sent = match (Form::parse(body), options) {
        (Ok(form), Ok(options)) => {
            let language = language_of(request, options.locale.as_deref());
            Sent { env, form, options, client, language, own_origin: &own_origin, request_id }
        }
        (Err(error), _) => return fail(PageError::Form(error)),
        (_, Err(error)) => return fail(PageError::Option(error)),
    };
    // (3)
    let outcome = match &call {
        Call::SubmitPayPage(target) => sent.to_pay_page(target).await,
        Call::SubmitInvoicePage(id) => sent.to_invoice_page(id).await,
        _ => Err(Failed(PageError::NotFound)),
    };
    // (4)
    let page = match outcome {
        Ok(Outcome::Go(to)) => {
            let mut headers = security_headers(&own_origin, &Others::default(), "");
            headers.push(("location", to));
            return Reaction { status: 303, headers, body: String::new() };
        }
        Ok(Outcome::Refused(asset, refused)) => {
            sent.page_with(&call, asset, &refused).await.map(|page| (refused, page))
        }
        Err(failed) => Err(failed),
    };
    match page {
        Ok((refused, ReadyPage { body, others, style, .. })) => {
            let mut headers = security_headers(&own_origin, &others, &style);
            headers.extend(refused.headers.into_iter().filter(|(name, _)| *name == "retry-after"));
            Reaction { status: refused.status, headers, body }
        }
        Err(Failed(error)) => fail(error),
    }
}

impl Sent<'_> {
    /// Choosing makes the invoice, quoted at once. The price is the store's, or checked by it.
    async fn to_pay_page(&self, target: &str) -> Result<Outcome, Failed> {
        let path = format!("/pay/{target}");
        let Act::Choose(asset) = &self.form.act else { return Ok(self.look(&path)) };
        let facts = pay_facts(self.env, &self.options, target, self.request_id).await?;
        let mut body = json!({"asset": asset});
        match facts.product {
            Some(product) => body["product"] = json!(product.id),
            None => body["price"] = json!({"amount": self.options.amount, "currency": self.options.currency}),
        }
        if let Some(reference) = &self.options.reference {
            body["reference"] = json!(reference);
        }
        let key = Some(facts.page.public_key);
        let made = self.call(Call::CreateInvoice, "/v1/invoices", key, &body.to_string(), asset).await?;
        self.lead_on(asset, made)
    }

    /// Choosing again, or a new amount of the same asset, is a new quote.
    async fn to_invoice_page(&self, id: &str) -> Result<Outcome, Failed> {
        let path = format!("/i/{id}");
        let asset = match &self.form.act {
            Act::Choose(asset) => Some(asset.clone()),
            Act::NewAmount => self.invoice(id).await?.quote.map(|quote| quote.asset),
            Act::StartAgain => {
                let product = self.invoice(id).await?.product;
                let again = product.map_or(path, |product| format!("/pay/{}", product.id));
                return Ok(Outcome::Go(address(&again, &self.options, None)));
            }
            _ => None,
        };
        let Some(asset) = asset else { return Ok(self.look(&path)) };
        let body = json!({"asset": asset}).to_string();
        let quotes = format!("/v1/invoices/{id}/quotes");
        let made = self.call(Call::CreateQuote(id.to_owned()), &quotes, None, &body, &asset).await?;
        self.lead_on(&asset, made)
    }

    /// The same page, as the buyer wants to see it. Whatever else was pressed looks again.
    fn look(&self, path: &str) -> Outcome {
        // Pressed again, what was on goes off.
        let act = Some(&self.form.act).filter(|act| act.is_look() && self.options.act.as_ref() != Some(act));
        Outcome::Go(address(path, &self.options, act))
    }

    fn lead_on(&self, asset: &str, made: Reaction) -> Result<Outcome, Failed> {
        if made.status >= 400 {
            return Ok(Outcome::Refused(asset.to_owned(), made));
        }
        let invoice = snapshot(&made)?;
        Ok(Outcome::Go(address(&format!("/i/{}", invoice.id), &self.options, None)))
    }

    async fn invoice(&self, id: &str) -> Result<InvoiceSnapshot, Failed> {
        let asked = self.asked("GET", &format!("/v1/invoices/{id}"), None, String::new(), None);
        let found = answer_call(self.env, asked, Call::GetInvoice(id.to_owned())).await;
        found
            .ok()
            .filter(|found| found.status == 200)
            .map_or(Err(Failed(PageError::InvoiceNotFound)), |found| snapshot(&found))
    }

    /// One call of the API, known by the form's key and the asset. A refusal is an answer too.
    async fn call(
        &self,
        call: Call,
        path: &str,
        key: Option<String>,
        body: &str,
        asset: &str,
    ) -> Result<Reaction, Failed> {
        let idempotency_key = Some(self.form.idempotency_key(asset));
        let asked = self.asked("POST", path, key, body.to_owned(), idempotency_key);
        Ok(answer_call(self.env, asked, call).await.unwrap_or_else(|refusal| {
            let problem = serde_json::to_string(&refusal.to_problem(self.request_id)).unwrap_or_default();
            Reaction::refused(refusal.code.status(), problem)
        }))
    }

    fn asked(
        &self,
        method: &str,
        path: &str,
        key: Option<String>,
        body: String,
        idempotency_key: Option<String>,
    ) -> Asked {
        Asked {
            request_id: self.request_id.to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            query: String::new(),
            key,
            client: self.client.clone(),
            idempotency_key,
            if_none_match: None,
            body,
        }
    }

    /// The page that the form stood on, with what went wrong.
    async fn page_with(&self, call: &Call, asset: String, refused: &Reaction) -> Page {
        let problem: groat_core::wire::Problem =
            serde_json::from_str(&refused.body).map_err(|error| Refusal::internal(&error))?;
        let problem = Problem { code: problem.code, detail: problem.detail, request_id: Some(problem.request_id) };
        let shown = Shown {
            form_key: self.form.page_key().to_owned(),
            problem: Some((asset, problem)),
            language: self.language,
            own_origin: self.own_origin.to_owned(),
            ..Shown::default()
        };
        let config = settled(self.env)?;
        match call {
            Call::SubmitPayPage(target) => {
                pay_page(self.env, &config, &self.options, target, shown, self.request_id).await
            }
            Call::SubmitInvoicePage(id) => {
                invoice_page(self.env, &config, &self.options, id, shown, self.request_id).await
            }
            _ => Err(Failed(PageError::NotFound)),
        }
    }
}

fn snapshot(answer: &Reaction) -> Result<InvoiceSnapshot, Failed> {
    serde_json::from_str(&answer.body).map_err(|error| Refusal::internal(&error).into())
}
