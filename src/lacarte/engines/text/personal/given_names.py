"""Given names that are usual in English-speaking cities: with one, a name is known that nothing announces."""

from __future__ import annotations

_NAMES = """
James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Donald
Steven Andrew Paul Joshua Kenneth Kevin Brian Timothy Ronald Jason George Edward Jeffrey Ryan Jacob Nicholas
Gary Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Patrick Jack Dennis
Jerry Tyler Aaron Jose Adam Nathan Henry Zachary Douglas Peter Kyle Noah Ethan Jeremy Walter Keith Roger Terry
Harry Sean Austin Gerald Carl Arthur Lawrence Dylan Jesse Jordan Bryan Billy Joe Bruce Gabriel Logan Albert
Willie Alan Juan Wayne Elijah Randy Roy Vincent Ralph Eugene Russell Bobby Mason Philip Louis Martin Leonard
Howard Oscar Simon Graham Colin Nigel Trevor Derek Barry Ian Stuart Neil Malcolm Craig Liam Oliver Theo Leo Hugo
Felix Max Omar Ahmed Mohammed Muhammad Ali Hassan Ibrahim Yusuf Carlos Luis Miguel Diego Fernando Rafael Pedro
Antonio Marco Giovanni Luca Pierre Hans Lars Erik Sven Ivan Dmitri Sergei Viktor Mary Patricia Jennifer Linda
Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Sandra Margaret Ashley Kimberly Emily Donna
Michelle Carol Amanda Melissa Deborah Stephanie Dorothy Rebecca Sharon Laura Cynthia Amy Kathleen Angela Shirley
Brenda Emma Anna Pamela Nicole Samantha Katherine Christine Helen Debra Rachel Carolyn Janet Maria Catherine
Heather Diane Olivia Julie Joyce Victoria Ruth Virginia Lauren Kelly Christina Joan Evelyn Judith Andrea Hannah
Megan Cheryl Jacqueline Martha Madison Teresa Gloria Sara Janice Ann Kathryn Abigail Sophia Frances Jean Alice
Judy Isabella Julia Grace Amber Denise Danielle Marilyn Beverly Charlotte Natalie Theresa Diana Brittany Doris
Kayla Alexis Lori Marie Eileen Maureen Sheila Sian Fiona Gillian Hilary Imogen Phoebe Poppy Freya Agnes Edith
Ethel Mabel Doreen Monica Rosa Carmen Lucia Elena Sofia Ines Fatima Aisha Zainab Leila Priya Anjali Sunita Deepa
Mei Ling Yuki Akiko Nadia Olga Natasha Svetlana Ingrid Astrid Greta Heidi Ursula
"""
#: As they are written, with a capital.
GIVEN_NAMES = frozenset(_NAMES.split())
