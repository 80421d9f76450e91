/* credentials_words.h - what the answers of a credential check mean, as checks and as words beside the fields. */
#ifndef TASK_CREDENTIALS_WORDS_H
#define TASK_CREDENTIALS_WORDS_H

#include "task/credentials.h"

/* Fills checks and fields from what was found out.  `proved`: impact.com took a conversion of it before. */
void credentials_words(struct credentials *c, bool proved);

#endif
