#include "sim/people_parts.h"

#include <placet/error.h>
#include <placet/protocol.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/time.h"
#include "value/json.h"

#define PROMISE_MS ((int64_t)PL_IDEMPOTENCY_DAYS * PL_DAY_MS)

/* Answers that say "later" promise nothing. */
static bool is_final(const struct sim_letter *letter)
{
    int64_t code = 0;

    if ((letter->flags & PLACET_FLAG_ERROR) == 0) {
        return true;
    }
    PL_CHECK(pl_value_as_i64(pl_value_get(letter->body, PL_TEXT("code")), &code));
    return code != PLACET_CODE_NO_SESSION && code != PLACET_CODE_RESOURCE_EXHAUSTED &&
           code != PLACET_CODE_UNAVAILABLE && code != PLACET_CODE_INTERNAL &&
           code != PLACET_CODE_STORAGE_FULL;
}

/* Hints about the present (how long a lease is) may change; whether, where and in which event may
 * not. */
static uint64_t promise_of(const struct sim_letter *letter)
{
    const struct pl_bytes seq = pl_value_get(letter->body, PL_TEXT("sequence"));
    const struct pl_bytes code = pl_value_get(letter->body, PL_TEXT("code"));
    const struct pl_bytes id = pl_value_get(letter->body, PL_TEXT("case"));

    return pl_hash64(seq.at, seq.size) ^ 3 * pl_hash64(code.at, code.size) ^
           5 * pl_hash64(id.at, id.size);
}

static bool is_answer_once(uint16_t kind)
{
    return kind != PLACET_KIND_TAKEN && kind != PLACET_KIND_PROGRESS && kind != PLACET_KIND_PARK &&
           kind != PLACET_KIND_RELEASE && kind != PLACET_KIND_PAUSE && kind != PLACET_KIND_RESUME &&
           kind != PLACET_KIND_HAND_OVER;
}

/* An adapter's answer is known by its lease as long as its task has no newer answer; after that the
 * same words are refused, and change nothing. */
static bool was_overtaken(const struct said *said, const struct sim_letter *letter)
{
    int64_t code = 0;

    (void)pl_value_as_i64(pl_value_get(letter->body, PL_TEXT("code")), &code);
    return (said->kind == PLACET_KIND_COMPLETE || said->kind == PLACET_KIND_FAIL ||
            said->kind == PLACET_KIND_THROW) &&
           (code == PLACET_CODE_SUPERSEDED || code == PLACET_CODE_INVALID_STATE ||
            code == PLACET_CODE_CONFLICT);
}

void people_compare_answer(struct people *p, const struct sim_letter *letter)
{
    for (unsigned i = 0; i < p->said_count && i < SAID_MAX; i++) {
        struct said *said = &p->said[i];
        if (said->correlation != letter->correlation || !is_answer_once(said->kind) ||
            !is_final(letter)) {
            continue;
        }
        const bool accepted = (letter->flags & PLACET_FLAG_ERROR) == 0;
        if (said->answered && said->accepted && !accepted && was_overtaken(said, letter)) {
            return;
        }
        if (p->w->now_ms - said->said_ms >= PROMISE_MS) {
            return;
        }
        if (said->answered && said->accepted &&
            (!accepted || said->answer_hash != promise_of(letter))) {
            char *json = NULL;
            (void)pl_json_write(letter->body, false, &json);
            (void)fprintf(stderr, "I1: %s was accepted and is answered otherwise now: %s\n",
                          placet_kind_name(said->kind), json);
            abort();
        }
        p->answers_compared += said->answered ? 1 : 0;
        said->answered = true;
        said->accepted = accepted;
        said->answer_hash = promise_of(letter);
        return;
    }
}
