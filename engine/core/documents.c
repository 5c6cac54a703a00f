#include "core/internal.h"

static bool issues(const struct pl_step_def *step, uint16_t document)
{
    for (uint16_t i = 0; i < step->issues_count; i++) {
        if (step->issues[i] == document) {
            return true;
        }
    }
    return false;
}

static int64_t valid_until(const struct pl_definition *def, const struct pl_case *c,
                           uint16_t document, int64_t issued_ms)
{
    const struct pl_span validity = def->documents[document].validity;

    return pl_calendar_deadline(pl_core_calendar(def, c), issued_ms, validity).due_ms;
}

int64_t pl_core_valid_until(const struct pl_definition *def, const struct pl_case *c,
                            uint16_t document)
{
    int64_t issued_ms = 0;

    if (!def->documents[document].has_validity) {
        return 0;
    }
    for (uint16_t i = 0; i < def->step_count; i++) {
        const struct pl_step *s = &c->steps[i];

        if (s->state == PL_STEP_DONE && s->since_ms > issued_ms &&
            issues(&def->steps[i], document)) {
            issued_ms = s->since_ms;
        }
    }
    return issued_ms == 0 ? 0 : valid_until(def, c, document, issued_ms);
}

void pl_core_issue_documents(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];

    for (uint16_t i = 0; i < sd->issues_count; i++) {
        const uint16_t document = sd->issues[i];

        if (d->def->documents[document].has_validity) {
            pl_core_emit(
                d, (struct pl_event){
                       .kind = PL_EVT_DOCUMENT_ISSUED,
                       .step = step,
                       .item = PL_NO_ITEM,
                       .document_issued = {.document = document,
                                           .until_ms = valid_until(d->def, &d->out->after, document,
                                                                   d->facts->now_ms)},
                   });
        }
    }
}
