#include "core/internal.h"

enum pl_rejection pl_decide_child_accept(struct pl_deciding *d)
{
    (void)d;
    return PL_REJECT_STEP_STATE;
}

enum pl_rejection pl_decide_child_refuse(struct pl_deciding *d)
{
    (void)d;
    return PL_REJECT_STEP_STATE;
}

enum pl_rejection pl_decide_child_finish(struct pl_deciding *d)
{
    (void)d;
    return PL_REJECT_STEP_STATE;
}
