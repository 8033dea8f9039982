/* Prints one good record for each row of both conversations' tables, and a result of each status.
 */
#include "words_pam.h"
#include "words_sts.h"

#include <stdio.h>

int main(void)
{
	static const struct words *const tables[] = {&words_pam, &words_sts};

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < tables[i]->n; k++) {
			const struct word_rule *rule = &tables[i]->rules[k];

			if (rule->text == TEXT_RESULT)
				for (int status = 0; status < 20; status++)
					printf("%s %d because\n", rule->word, status);
			else
				printf("%s%s\n", rule->word,
					rule->text == TEXT_NONE             ? ""
						: rule->text == TEXT_NUMBER ? " 7"
									    : " 123456789012");
		}
	return 0;
}
