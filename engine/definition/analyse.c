#include "definition/analyse.h"

#include <string.h>

#include "base/time.h"

#define YEAR_DAYS   365
#define DAY_HOURS   24
#define DAY_MINUTES (24 * 60)
#define DAY_SECONDS (24 * 60 * 60)

uint32_t pl_span_working_days(struct pl_span span, bool *estimated_out)
{
    static const uint32_t in_a_day[] = {
        [PL_UNIT_WORKING_DAYS] = 1,      [PL_UNIT_DAYS] = 1,
        [PL_UNIT_HOURS] = DAY_HOURS,     [PL_UNIT_MINUTES] = DAY_MINUTES,
        [PL_UNIT_SECONDS] = DAY_SECONDS,
    };

    uint32_t days = 0;

    switch (span.unit) {
    case PL_UNIT_WORKING_DAYS:
        return span.count;
    case PL_UNIT_MONTHS:
        days = (span.count * YEAR_DAYS + 11) / 12;
        break;
    case PL_UNIT_YEARS:
        days = span.count * YEAR_DAYS;
        break;
    case PL_UNIT_DAYS:
    case PL_UNIT_HOURS:
    case PL_UNIT_MINUTES:
    case PL_UNIT_SECONDS:
        days = (span.count + in_a_day[span.unit] - 1) / in_a_day[span.unit];
        break;
    }
    *estimated_out = true;
    return (days * 5 + 6) / 7;
}

static unsigned ancestor_count(const struct pl_step_def *step)
{
    unsigned count = 0;

    for (unsigned i = 0; i < PL_STEPS_MAX / 64; i++) {
        count += (unsigned)__builtin_popcountll(step->ancestors[i]);
    }
    return count;
}

/* An ancestor has fewer ancestors than its descendant: it lacks itself. */
void pl_definition_order(const struct pl_definition *def, uint16_t order[PL_STEPS_MAX])
{
    unsigned counts[PL_STEPS_MAX];

    for (uint16_t i = 0; i < def->step_count; i++) {
        const unsigned count = ancestor_count(&def->steps[i]);
        uint16_t at = i;
        while (at > 0 && counts[at - 1] > count) {
            counts[at] = counts[at - 1];
            order[at] = order[at - 1];
            at--;
        }
        counts[at] = count;
        order[at] = i;
    }
}

/* ---- forward: when each step starts and ends ---- */

/* The time that a step may take; NULL when it takes none. */
static const struct pl_span *span_of(const struct pl_step_def *step)
{
    if (!step->counts) {
        return NULL;
    }
    if (step->kind == PL_KIND_WAIT_FOR && step->wait_for == PL_WAIT_SPAN) {
        return &step->span;
    }
    return step->has_limit ? &step->limit : NULL;
}

static uint32_t length_of(const struct pl_step_def *step, bool *estimated_out)
{
    const struct pl_span *span = span_of(step);

    return span != NULL ? pl_span_working_days(*span, estimated_out) : 0;
}

static int32_t end_day(const struct pl_definition *def, const struct pl_step_def *step,
                       int32_t start_day, bool *beyond_out)
{
    const struct pl_span *span = span_of(step);

    if (span == NULL) {
        return start_day;
    }
    const int64_t start_ms = pl_ms_of_day(start_day, def->calendar.zone_minutes);
    const struct pl_deadline end = pl_calendar_deadline(&def->calendar, start_ms, *span);
    *beyond_out = *beyond_out || end.beyond;
    return end.day;
}

/* How many arcs must have arrived: all of them for `all`, `some` and `each`, which wait for the
 * last; one for `any`. */
static uint16_t arcs_needed(const struct pl_step_def *step)
{
    switch (step->join) {
    case PL_JOIN_ANY:
        return 1;
    case PL_JOIN_NEED:
        return step->need;
    case PL_JOIN_ALL:
    case PL_JOIN_SOME:
    case PL_JOIN_EACH:
        break;
    }
    return step->after_count;
}

/* Whether arc `a` arrives before arc `b`; of two at the same time the first of the file does. */
static bool arrives_before(const struct pl_step_def *step, const struct pl_step_times *times,
                           uint16_t a, uint16_t b)
{
    const uint32_t end_a = times[step->after[a].step].finish;
    const uint32_t end_b = times[step->after[b].step].finish;

    return end_a != end_b ? end_a < end_b : a < b;
}

/* The step whose arrival lets this one start, or PL_NO_STEP. */
static uint16_t starting_step(const struct pl_step_def *step, const struct pl_step_times *times)
{
    const uint16_t needed = arcs_needed(step);
    uint16_t found = PL_NO_STEP;

    for (uint16_t i = 0; i < step->after_count; i++) {
        uint16_t earlier = 0;
        for (uint16_t k = 0; k < step->after_count; k++) {
            earlier = (uint16_t)(earlier + (k != i && arrives_before(step, times, k, i)));
        }
        if (earlier + 1 == needed) {
            found = step->after[i].step;
        }
    }
    /* Of several that are last at the same time the first of the file is shown. */
    for (uint16_t i = 0; i < step->after_count && found != PL_NO_STEP; i++) {
        if (times[step->after[i].step].finish == times[found].finish) {
            return step->after[i].step;
        }
    }
    return found;
}

/* The first and the last day on which a predecessor ends may belong to different steps than in
 * working days when units are mixed: dates are followed by themselves. */
static int32_t starting_day(const struct pl_step_def *step, const struct pl_step_times *times,
                            int32_t start_day)
{
    const uint16_t needed = arcs_needed(step);
    int32_t found = start_day;

    for (uint16_t i = 0; i < step->after_count; i++) {
        const int32_t day = times[step->after[i].step].finish_day;
        uint16_t before = 0;
        uint16_t same = 0;
        for (uint16_t k = 0; k < step->after_count; k++) {
            const int32_t other = times[step->after[k].step].finish_day;
            before = (uint16_t)(before + (other < day));
            same = (uint16_t)(same + (other == day));
        }
        if (before < needed && needed <= before + same) {
            found = day;
        }
    }
    return found;
}

static void schedule(const struct pl_definition *def, uint16_t number, struct pl_analysis *out)
{
    const struct pl_step_def *step = &def->steps[number];
    struct pl_step_times *times = &out->steps[number];
    const uint16_t from = starting_step(step, out->steps);

    times->start = from != PL_NO_STEP ? out->steps[from].finish : 0;
    times->finish = times->start + length_of(step, &out->estimated);
    times->start_day = starting_day(step, out->steps, out->start_day);
    times->finish_day = end_day(def, step, times->start_day, &out->beyond);
    for (uint16_t i = 0; i < step->decide_after_count; i++) {
        const struct pl_step_times *other = &out->steps[step->decide_after[i]];
        times->finish = other->finish > times->finish ? other->finish : times->finish;
        times->finish_day =
            other->finish_day > times->finish_day ? other->finish_day : times->finish_day;
    }
    out->working_days = times->finish > out->working_days ? times->finish : out->working_days;
    out->finish_day = times->finish_day > out->finish_day ? times->finish_day : out->finish_day;
}

/* ---- backward: what may be late ---- */

static void lower(uint32_t *latest, uint32_t bound)
{
    *latest = bound < *latest ? bound : *latest;
}

static void find_slack(const struct pl_definition *def, const uint16_t *order,
                       struct pl_analysis *out)
{
    uint32_t latest[PL_STEPS_MAX]; /* finish that delays nothing */

    for (uint16_t i = 0; i < def->step_count; i++) {
        latest[i] = out->working_days;
    }
    for (uint16_t i = def->step_count; i > 0; i--) {
        const uint16_t number = order[i - 1];
        const struct pl_step_def *step = &def->steps[number];
        const uint32_t start = latest[number] - length_of(step, &out->estimated);
        if (arcs_needed(step) == step->after_count) {
            for (uint16_t k = 0; k < step->after_count; k++) {
                lower(&latest[step->after[k].step], start);
            }
        } else if (step->after_count > 0) {
            lower(&latest[starting_step(step, out->steps)], start);
        }
        for (uint16_t k = 0; k < step->decide_after_count; k++) {
            lower(&latest[step->decide_after[k]], latest[number]);
        }
        out->steps[number].slack = start - out->steps[number].start;
    }
}

/* The step that this one had to wait for: it, or one that it may decide only after. */
static uint16_t cause_of(const struct pl_definition *def, uint16_t number,
                         const struct pl_analysis *out)
{
    const struct pl_step_def *step = &def->steps[number];
    bool estimated = false;
    const uint32_t own = out->steps[number].start + length_of(step, &estimated);

    if (own < out->steps[number].finish) {
        for (uint16_t i = 0; i < step->decide_after_count; i++) {
            if (out->steps[step->decide_after[i]].finish == out->steps[number].finish) {
                return step->decide_after[i];
            }
        }
    }
    return starting_step(step, out->steps);
}

static void find_path(const struct pl_definition *def, struct pl_analysis *out)
{
    uint16_t reverse[PL_STEPS_MAX];
    uint16_t number = PL_NO_STEP;
    uint16_t count = 0;

    for (uint16_t i = 0; i < def->step_count; i++) {
        if (def->steps[i].counts && out->steps[i].finish == out->working_days) {
            number = i;
        }
    }
    while (number != PL_NO_STEP) {
        if (def->steps[number].counts) {
            reverse[count++] = number;
        }
        number = cause_of(def, number, out);
    }
    for (uint16_t i = 0; i < count; i++) {
        out->path[i] = reverse[count - 1 - i];
    }
    out->path_count = count;
}

/* ---- sums ---- */

static uint32_t parallel_at(const struct pl_definition *def, const struct pl_analysis *out,
                            uint32_t time)
{
    uint32_t count = 0;

    for (uint16_t i = 0; i < def->step_count; i++) {
        count += out->steps[i].start <= time && time < out->steps[i].finish;
    }
    return count;
}

/* Whether an obligation before the step has brought the document. */
static bool was_deferred(const struct pl_definition *def, const struct pl_step_def *step,
                         uint16_t document)
{
    for (uint16_t i = 0; i < def->step_count; i++) {
        const struct pl_step_def *other = &def->steps[i];
        if (other->origin == PL_ORIGIN_OBLIGATION && other->needs_count > 0 &&
            other->needs[0] == document && pl_steps_have(step->ancestors, i)) {
            return true;
        }
    }
    return false;
}

static void count_documents(const struct pl_definition *def, const struct pl_step_def *step,
                            bool *seen, struct pl_analysis *out)
{
    for (uint16_t i = 0; i < step->needs_count; i++) {
        const uint16_t document = step->needs[i];
        if (!def->documents[document].by_applicant || was_deferred(def, step, document)) {
            out->documents_carried++;
            continue;
        }
        out->documents_supplied++;
        out->documents_distinct += !seen[document];
        seen[document] = true;
    }
}

static void count_departments(const struct pl_definition *def, const struct pl_step_def *step,
                              bool *seen, struct pl_analysis *out)
{
    for (uint16_t i = 0; i < step->member_count; i++) {
        if (step->members[i].service == PL_NO_SERVICE) {
            continue; /* a child: its own steps ask */
        }
        const uint16_t department = def->services[step->members[i].service].department;
        out->departments += !seen[department];
        seen[department] = true;
    }
}

static void add_up(const struct pl_definition *def, struct pl_analysis *out)
{
    bool documents[PL_DOCUMENTS_MAX] = {0};
    bool departments[PL_SERVICES_MAX] = {0};

    for (uint16_t i = 0; i < def->step_count; i++) {
        const struct pl_step_def *step = &def->steps[i];
        if (step->counts || step->origin == PL_ORIGIN_OBLIGATION) {
            count_documents(def, step, documents, out);
        }
        if (!step->counts) {
            continue;
        }
        out->procedures += step->kind == PL_KIND_ASK;
        out->visits += step->visits;
        out->cost += step->cost;
        out->deposit += step->deposit;
        out->limits_sum += length_of(step, &out->estimated);
        count_departments(def, step, departments, out);
        const uint32_t parallel = parallel_at(def, out, out->steps[i].start);
        out->parallel_max = parallel > out->parallel_max ? parallel : out->parallel_max;
    }
}

void pl_definition_analyse(const struct pl_definition *def, int32_t start_day,
                           struct pl_analysis *out)
{
    uint16_t order[PL_STEPS_MAX] = {0};

    memset(out, 0, sizeof(*out));
    out->start_day = start_day;
    out->finish_day = start_day;
    pl_definition_order(def, order);
    for (uint16_t i = 0; i < def->step_count; i++) {
        schedule(def, order[i], out);
    }
    find_slack(def, order, out);
    find_path(def, out);
    add_up(def, out);
    out->calendar_days = out->finish_day - start_day;
}
