#include <stdio.h>
#include <stdlib.h>

#include "definition/analyse_show.h"
#include "definition/compare.h"
#include "definition/page.h"

#define PAGE_SIZE   (64 * 1024)
#define STEP_SIZE   2048
#define FIGURES_MAX 16

/* One line of the table: name, key in JSON, and both values. */
struct figure {
    const char *label;
    const char *key;
    int64_t before;
    int64_t after;
};

static unsigned list_figures(const struct pl_comparison *c, struct figure out[FIGURES_MAX])
{
    const struct pl_analysis *a = &c->before_figures;
    const struct pl_analysis *b = &c->after_figures;
    const struct figure all[] = {
        {"procedures", "procedures", a->procedures, b->procedures},
        {"working days", "working_days", a->working_days, b->working_days},
        {"calendar days", "calendar_days", a->calendar_days, b->calendar_days},
        {"visits", "visits", a->visits, b->visits},
        {"cost (CNY)", "cost", a->cost, b->cost},
        {"deposit (CNY)", "deposit", a->deposit, b->deposit},
        {"documents supplied", "documents_supplied", a->documents_supplied, b->documents_supplied},
        {"documents asked again", "documents_asked_again",
         (int64_t)a->documents_supplied - a->documents_distinct,
         (int64_t)b->documents_supplied - b->documents_distinct},
        {"documents carried", "documents_carried", a->documents_carried, b->documents_carried},
        {"departments", "departments", a->departments, b->departments},
        {"all limits (wd)", "limits_sum", a->limits_sum, b->limits_sum},
        {"steps at once", "parallel_max", a->parallel_max, b->parallel_max},
    };
    const unsigned count = sizeof(all) / sizeof(all[0]);

    for (unsigned i = 0; i < count; i++) {
        out[i] = all[i];
    }
    return count;
}

/* In tenths of a percent of `before`, rounded half away from zero; -543 is -54.3 %. */
static int64_t permille(const struct figure *f)
{
    const int64_t difference = (f->after - f->before) * 2000;
    const int64_t half = difference < 0 ? -f->before : f->before;

    return (difference + half) / (2 * f->before);
}

/* ---- text ---- */

static void add_figure(struct pl_page *page, const struct figure *f)
{
    const int64_t difference = f->after - f->before;
    char text[48];

    pl_page_addf(page, "  ");
    pl_page_left(page, pl_text_of(f->label), 22);
    pl_page_right(page, pl_text_of(pl_small_number(f->before).at), 12);
    pl_page_right(page, pl_text_of(pl_small_number(f->after).at), 12);
    (void)snprintf(text, sizeof(text), "%s%s", difference > 0 ? "+" : "",
                   pl_small_number(difference).at);
    pl_page_right(page, pl_text_of(text), 12);
    if (f->before > 0) {
        const int64_t tenths = permille(f);
        const int64_t size = tenths < 0 ? -tenths : tenths;
        (void)snprintf(text, sizeof(text), "%s%lld.%lld %%",
                       tenths < 0   ? "-"
                       : tenths > 0 ? "+"
                                    : "",
                       (long long)(size / 10), (long long)(size % 10));
        pl_page_right(page, pl_text_of(text), 12);
    }
    pl_page_addf(page, "\n");
}

static void add_steps(struct pl_page *page, const char *heading, const struct pl_definition *def,
                      const uint16_t *steps, uint16_t count)
{
    char text[96];

    if (count == 0) {
        return;
    }
    (void)snprintf(text, sizeof(text), "%s (%u)", heading, count);
    pl_page_addf(page, "\n");
    pl_page_heading(page, text);
    for (uint16_t i = 0; i < count; i++) {
        const struct pl_step_def *step = &def->steps[steps[i]];
        pl_page_addf(page, "  ");
        pl_page_left(page, step->id, 30);
        pl_page_right(page, pl_text_of(step->has_limit ? pl_small_span(step->limit, true).at : "-"),
                      8);
        pl_page_addf(page, "  ");
        pl_page_left(page, step->title.zh, 0);
        pl_page_addf(page, "\n");
    }
}

static void add_changed(struct pl_page *page, const struct pl_comparison *c)
{
    char text[96];

    if (c->changed_count == 0) {
        return;
    }
    (void)snprintf(text, sizeof(text), "Steps in both, changed (%u)", c->changed_count);
    pl_page_addf(page, "\n");
    pl_page_heading(page, text);
    for (uint16_t i = 0; i < c->changed_count; i++) {
        const struct pl_step_def *a = &c->before->steps[c->changed[i].before];
        const struct pl_step_def *b = &c->after->steps[c->changed[i].after];
        pl_page_addf(page, "  ");
        pl_page_left(page, b->id, 30);
        pl_page_right(page, pl_text_of(a->has_limit ? pl_small_span(a->limit, true).at : "-"), 8);
        pl_page_addf(page, " ->");
        pl_page_right(page, pl_text_of(b->has_limit ? pl_small_span(b->limit, true).at : "-"), 7);
        pl_page_addf(page, "  visits %u -> %u  cost %s -> %s  ", a->visits, b->visits,
                     pl_small_number(a->cost).at, pl_small_number(b->cost).at);
        pl_page_left(page, b->title.zh, 0);
        pl_page_addf(page, "\n");
    }
}

char *pl_comparison_text(const struct pl_comparison *c, bool colour)
{
    const size_t steps = (size_t)c->before->step_count + c->after->step_count;
    struct figure figures[FIGURES_MAX];
    const unsigned count = list_figures(c, figures);
    struct pl_page page;

    if (!pl_page_begin(&page, PAGE_SIZE + steps * STEP_SIZE, colour)) {
        return NULL;
    }
    pl_page_addf(&page, "before  %.*s  %.*s\n", (int)c->before->workflow.len,
                 c->before->workflow.at, (int)c->before->title.zh.len, c->before->title.zh.at);
    pl_page_addf(&page, "after   %.*s  %.*s\n", (int)c->after->workflow.len, c->after->workflow.at,
                 (int)c->after->title.zh.len, c->after->title.zh.at);
    pl_page_addf(&page, "start   %s\n\n", pl_small_day(c->before_figures.start_day).at);
    pl_page_left(&page, PL_TEXT(""), 24);
    pl_page_heading(&page, "      before       after  difference");
    for (unsigned i = 0; i < count; i++) {
        add_figure(&page, &figures[i]);
    }
    add_steps(&page, "Steps only before", c->before, c->removed, c->removed_count);
    add_steps(&page, "Steps only after", c->after, c->added, c->added_count);
    add_changed(&page, c);
    return pl_page_end(&page);
}

/* ---- JSON ---- */

static void write_side(struct pl_writer *out, const char *key, const struct pl_definition *def,
                       const struct pl_analysis *a)
{
    pl_write_string(out, key);
    pl_write_map(out, PL_FIGURES + 2);
    pl_write_key_text(out, "workflow", def->workflow);
    pl_write_key_title(out, "title", &def->title);
    pl_write_figures(out, def, a);
}

static void write_difference(struct pl_writer *out, const struct figure *f)
{
    pl_write_string(out, f->key);
    pl_write_map(out, 4);
    pl_write_string(out, "before");
    pl_write_i64(out, f->before);
    pl_write_string(out, "after");
    pl_write_i64(out, f->after);
    pl_write_string(out, "difference");
    pl_write_i64(out, f->after - f->before);
    pl_write_string(out, "percent");
    if (f->before > 0) {
        pl_write_float(out, (double)permille(f) / 10.0);
    } else {
        pl_write_nil(out);
    }
}

static void write_limit(struct pl_writer *out, const char *key, const struct pl_step_def *step)
{
    pl_write_key_string(out, key, step->has_limit ? pl_small_span(step->limit, false).at : NULL);
}

static void write_steps(struct pl_writer *out, const char *key, const struct pl_definition *def,
                        const uint16_t *steps, uint16_t count)
{
    pl_write_string(out, key);
    pl_write_array(out, count);
    for (uint16_t i = 0; i < count; i++) {
        const struct pl_step_def *step = &def->steps[steps[i]];
        pl_write_map(out, 3);
        pl_write_key_text(out, "id", step->id);
        pl_write_key_title(out, "title", &step->title);
        write_limit(out, "limit", step);
    }
}

static void write_changed(struct pl_writer *out, const struct pl_comparison *c)
{
    pl_write_string(out, "changed");
    pl_write_array(out, c->changed_count);
    for (uint16_t i = 0; i < c->changed_count; i++) {
        const struct pl_step_def *a = &c->before->steps[c->changed[i].before];
        const struct pl_step_def *b = &c->after->steps[c->changed[i].after];
        pl_write_map(out, 8);
        pl_write_key_text(out, "id", b->id);
        pl_write_key_title(out, "title", &b->title);
        write_limit(out, "limit_before", a);
        write_limit(out, "limit_after", b);
        pl_write_key_u64(out, "visits_before", a->visits);
        pl_write_key_u64(out, "visits_after", b->visits);
        pl_write_string(out, "cost_before");
        pl_write_i64(out, a->cost);
        pl_write_string(out, "cost_after");
        pl_write_i64(out, b->cost);
    }
}

char *pl_comparison_json(const struct pl_comparison *c)
{
    const size_t steps = (size_t)c->before->step_count + c->after->step_count;
    const size_t size = PAGE_SIZE + steps * STEP_SIZE;
    struct figure figures[FIGURES_MAX];
    const unsigned count = list_figures(c, figures);
    void *memory = malloc(size);
    struct pl_writer out;

    if (memory == NULL) {
        return NULL;
    }
    pl_writer_init(&out, memory, size);
    pl_write_map(&out, 7);
    write_side(&out, "before", c->before, &c->before_figures);
    write_side(&out, "after", c->after, &c->after_figures);
    pl_write_string(&out, "difference");
    pl_write_map(&out, count);
    for (unsigned i = 0; i < count; i++) {
        write_difference(&out, &figures[i]);
    }
    write_steps(&out, "removed", c->before, c->removed, c->removed_count);
    write_steps(&out, "added", c->after, c->added, c->added_count);
    write_changed(&out, c);
    pl_write_key_u64(&out, "unchanged", c->same_count);
    char *json = pl_page_json(&out);
    free(memory);
    return json;
}
