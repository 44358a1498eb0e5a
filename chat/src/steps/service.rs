//! Step 1: which service.

use antrean_domain::Service;

use super::{Body, Choice, Question, choice};
use crate::fit;
use crate::labels;
use crate::talk::{Asked, Talk};

pub(super) struct AskService;

impl Question for AskService {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let words = talk.words();
        let current = talk.draft().and_then(|draft| draft.application.service).map(labels::service_slug);
        let mut text = words.html("ask-service", &[("expedited", talk.facts.terms.tariffs.expedited.to_string().into())]);
        if talk.facts.terms.rules.by_interview {
            let tariffs = &talk.facts.terms.tariffs;
            let costs = [("lost", tariffs.lost.to_string().into()), ("damaged", tariffs.damaged.to_string().into())];
            text = format!("{text}\n\n{}", words.html("service-interview", &costs));
        }
        Ok(Body { text, rows: choice::rows(talk, &self.choices(talk), current) })
    }

    fn choices(&self, talk: &Talk<'_>) -> Vec<Choice> {
        let offered = |service: &Service| talk.facts.terms.rules.by_interview || !service.by_interview();
        let choice = |service| Choice { slug: labels::service_slug(service), label: labels::service(talk.words(), service) };
        Service::ALL.into_iter().filter(offered).map(choice).collect()
    }

    fn choose(&self, talk: &mut Talk<'_>, slug: &str) -> Asked<()> {
        let service = Service::ALL.into_iter().find(|service| labels::service_slug(*service) == slug);
        fit::change(talk, |draft| draft.application.service = service);
        Ok(())
    }
}
