/* Comparison and negation (language definition, Standard Definitions). && and || are steps of their
 * own: they look at faults. Pure. */
#include "value/cel_function.h"

enum pl_cel_fault pl_cel_do_not(struct pl_cel_run *run, const struct pl_cel_value *args,
                                struct pl_cel_value *out)
{
    (void)run;
    *out = pl_cel_bool(!args[0].boolean);
    return PL_CEL_OK;
}

static enum pl_cel_fault compare_equal(struct pl_cel_run *run, const struct pl_cel_value *args,
                                       bool wanted, struct pl_cel_value *out)
{
    bool equal = false;
    const enum pl_cel_fault fault = pl_cel_equal(run, &args[0], &args[1], &equal);

    *out = pl_cel_bool(equal == wanted);
    return fault;
}

enum pl_cel_fault pl_cel_do_equal(struct pl_cel_run *run, const struct pl_cel_value *args,
                                  struct pl_cel_value *out)
{
    return compare_equal(run, args, true, out);
}

enum pl_cel_fault pl_cel_do_unequal(struct pl_cel_run *run, const struct pl_cel_value *args,
                                    struct pl_cel_value *out)
{
    return compare_equal(run, args, false, out);
}

/* With NaN every order is false. */
static enum pl_cel_fault compare(const struct pl_cel_value *args, enum pl_cel_order wanted,
                                 bool or_same, struct pl_cel_value *out)
{
    const enum pl_cel_order order = pl_cel_compare(&args[0], &args[1]);

    *out = pl_cel_bool(order == wanted || (or_same && order == PL_CEL_SAME));
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_less(struct pl_cel_run *run, const struct pl_cel_value *args,
                                 struct pl_cel_value *out)
{
    (void)run;
    return compare(args, PL_CEL_BELOW, false, out);
}

enum pl_cel_fault pl_cel_do_less_equal(struct pl_cel_run *run, const struct pl_cel_value *args,
                                       struct pl_cel_value *out)
{
    (void)run;
    return compare(args, PL_CEL_BELOW, true, out);
}

enum pl_cel_fault pl_cel_do_greater(struct pl_cel_run *run, const struct pl_cel_value *args,
                                    struct pl_cel_value *out)
{
    (void)run;
    return compare(args, PL_CEL_ABOVE, false, out);
}

enum pl_cel_fault pl_cel_do_greater_equal(struct pl_cel_run *run, const struct pl_cel_value *args,
                                          struct pl_cel_value *out)
{
    (void)run;
    return compare(args, PL_CEL_ABOVE, true, out);
}
