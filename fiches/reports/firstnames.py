"""First names common among the people of French schools and centres. Data; a surname must follow one. Pure."""

_COMMON = """
abdel abdoulaye adama adèle adrien agathe agnès ahmed aïcha aicha alain albert alexandra alexandre alexis ali alice
aline amadou amélie amina aminata amine anaïs andré andrée anissa anita anne annick annie anthony antoine arnaud
arthur assia astrid audrey aurélie aurélien awa aya aziz bakary baptiste béatrice bénédicte benjamin benoît
bernadette bernard bertrand bilal bintou boubacar brahim brigitte bruno camille carine carole caroline catherine
cécile cédric céline chantal charles charlotte chloé christelle christian christiane christine christophe claire
clara claude claudine clément clémence colette coralie corinne cyril daniel danièle danielle david delphine denis
denise diane didier djamila dominique driss édith édouard elena éléonore éliane élisabeth elise élise elodie élodie
emilie émilie emma emmanuel emmanuelle enzo eric éric ester estelle ethan étienne eugénie eva ève évelyne fabien
fabienne fabrice fadila farid farida fatiha fatima fatou fatoumata félix fernand fernande flora florence florent
florian france francine franck francis françois françoise frédéric frédérique gabriel gabrielle gaël gaëlle
geneviève georges gérald géraldine gérard ghislaine gilbert gilles ginette gisèle grégory guillaume guy habib hakim
hamid hamza hana hanane hassan hélène henri hervé hocine hugo ibrahim inès irène isabelle ismaël jacqueline jacques
jamel jamila janine jean jeanne jeannine jennifer jérémie jérémy jérôme jessica joël joëlle jonathan josé joseph
josette josiane julia julie julien juliette karim karima karine kévin khadija khalid khadidja lætitia laetitia
laura laure laurence laurent léa leïla leila léo léon lilian liliane lina linda lionel loïc louis louise luc lucas
lucie lucien lucienne ludovic lydia lydie madeleine magali mahamadou malika mamadou manon manuel marc marcel
marcelle margaux marguerite maria mariam mariama marianne marie marina marine marion maryline maryse maryvonne
mathieu mathilde matthieu maud maurice maxime mehdi mélanie mélissa meriem michaël michel michèle micheline mickaël
mireille mohamed mohammed moïse monique morgane moussa mourad moustapha muriel mustapha myriam nabil nadège nadia
nadine naïma nassim nathalie nathan nicolas nicole noah noémie nora nordine odette odile olivier omar ophélie
ousmane pascal pascale patrice patricia patrick paul paulette pauline philippe pierre pierrette quentin rachel
rachid rachida raoul raphaël raymond raymonde rebecca régine régis rémi rémy renaud rené renée robert roger roland
romain rosalie roxane sabine sabrina saïd said salif salima salma samia samir samira samuel sandra sandrine sara
sarah sébastien séverine sidi simon simone sofia sofiane solange sonia sophie soraya stéphane stéphanie suzanne
sylvain sylvie tarik théo thérèse thibault thierry thomas tiphaine tom valérie vanessa véronique victor vincent
violette virginie viviane william xavier yacine yann yannick yasmina yasmine yassine youssef yvan yves yvette
yvonne zohra zineb zoé
"""
FIRST_NAMES = frozenset(_COMMON.split())
