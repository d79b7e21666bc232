"""Names of many languages for clinics of any size: common names are common, and thousands are rare."""

from bisect import bisect
from collections.abc import Callable, Sequence
from itertools import accumulate, product
from random import Random
from typing import NamedTuple


def words(text: str) -> list[str]:
    """Split a text into names. A low line stands for a space within one."""
    return [word.replace("_", " ") for word in text.split()]


def ranked(words: Sequence[str]) -> tuple[Sequence[str], list[float]]:
    """The words with the running sum of their weights. The first is the most common, as with real names."""
    return words, list(accumulate(1 / (rank + 4) for rank in range(len(words))))


def compounds(*parts: str) -> list[str]:
    """Put together one word of each list, in every combination; those of early words come first."""
    lists = [part.split() for part in parts]
    ordered = sorted(
        product(*(enumerate(words) for words in lists)), key=lambda choice: (sum(n for n, _ in choice), choice)
    )
    return ["".join(word.replace("_", "") for _, word in choice).capitalize() for choice in ordered]


ENGLISH_F = words(
    """Olivia Emily Sophie Charlotte Grace Amelia Emma Jessica Lucy Hannah Chloe Ruth Margaret Susan Karen Alice
    Eleanor Isla Ivy Daisy Poppy Florence Evie Freya Rosie Phoebe Imogen Harriet Beatrice Matilda Siân Cerys Mairéad
    Niamh Aoife Saoirse Bronwen Rhiannon Morag Zoë Renée Anaïs Brontë Dorothy Joan Jean Sheila Maureen Doreen Beryl"""
)
ENGLISH_M = words(
    """Jack Oliver George Thomas James William Harry David John Michael Robert Peter Paul Mark Andrew Stephen Daniel
    Matthew Christopher Samuel Benjamin Joseph Edward Henry Arthur Alfie Freddie Oscar Leo Archie Seán Ciarán
    Pádraig Dafydd Rhys Owain Hamish Callum Fergus Angus Neil Graham Keith Barry Trevor Nigel Clive Brian Derek
    Ronald"""
)
SPANISH_F = words(
    """María Carmen Ana Laura Marta Lucía Sofía Elena Isabel Cristina Paula Pilar Rosa Julia Teresa Beatriz Inés Nuria
    Raquel Silvia Andrea Rocío Mónica Ángela Verónica Dolores Concepción Mercedes Begoña Asunción Guadalupe Ximena
    Valentina Camila Mariana Itzel Araceli Maite Ainhoa Leire"""
)
SPANISH_M = words(
    """José Antonio Juan Manuel Francisco David Javier Daniel Carlos Jesús Alejandro Miguel Rafael Pedro Ángel Pablo
    Sergio Fernando Jorge Luis Alberto Álvaro Diego Adrián Raúl Iván Rubén Óscar Andrés Ramón Íñigo Mateo Santiago
    Emiliano Joaquín Tomás Nicolás Agustín Iker Unai"""
)
SPANISH = words(
    """García González Rodríguez Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno
    Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina
    Morales Suárez Ortega Delgado Castro Ortiz Rubio Marín Sanz Núñez Iglesias Medina Garrido Cortés Castillo Santos
    Lozano Guerrero Cano Prieto Méndez Cruz Calvo Gallego Vidal León Márquez Herrera Peña Flores Cabrera Campos Vega
    Fuentes Carrasco Diez Reyes Caballero Nieto Aguilar Pascual Santana Herrero Lorenzo Montero Hidalgo Giménez
    Ibáñez Ferrer Durán Vicente Benítez Mora Santiago Arias Vargas Carmona Crespo Román Pastor Soto Sáez Velasco
    Moya Soler Parra Esteban Bravo Gallardo Rojas Quispe Mamani Huamán Etxeberria Agirre Urrutia 
    de_la_Cruz del_Río de_los_Santos de_la_Fuente del_Olmo San_José"""
) + compounds("Al Bar Cer Dol Esp Fon Gal Her Lan Mon Nav Oro Pal Que Riv Sal Tor Urb Val Zam",
              "an ar en er il in ol or und al", "a ada edo era illa illo oso ez al ero uela ones")  # fmt: skip
ENGLISH = words(
    """Smith Jones Williams Taylor Brown Davies Evans Wilson Thomas Johnson Roberts Robinson Thompson Wright Walker
    White Edwards Hughes Green Hall Lewis Harris Clarke Patterson Jackson Wood Turner Martin Cooper Hill Ward Morris
    Moore Clark Lee King Baker Harrison Morgan Allen James Scott Phillips Watson Davis Parker Price Bennett Young
    Griffiths Mitchell Kelly Cook Carter Richardson Bailey Collins Bell Shaw Murphy Miller Cox Richards Khan
    Marshall Anderson Simpson Ellis Adams Singh Begum Wilkinson Foster Chapman Powell Webb Rogers Gray Mason Ali
    Hunt Hussain Campbell Matthews Owen Palmer Holmes Mills Barnes Knight Lloyd Butler Russell Barker Fisher Stevens
    Jenkins Murray Dixon Harvey O'Brien O'Connor O'Neill O'Sullivan McDonald MacLeod McCarthy Fitzgerald Doyle Byrne
    Walsh Gallagher Brontë"""
) + compounds(
    """Ash Hart Wood Whit Black Bright Thorn Hal Wal Brad Clay Cran Den Elm Fair Green Had Har Hol Kings Lang Lin Long
    Mar Mil Nor Oak Pem Rad Red Shel Stan Strat Sut Thorp Wake Wal Wash West Wil Win Wyn Ains Bab Bick Cald Chad Dag
    Eden Fen Gain Hasel Ing Jess Kirk Lud Mead Nether Ock Pres Quin Rams Sax Tat Up Ver Wick""",
    """ton ford ley ham well by worth field wood man more ridge stone brook bury combe croft dale den don gate grove
    hurst land low mere ney shaw side stead thwaite wick wright""",
)  # fmt: skip
NORDIC_F = words(
    """Ingrid Astrid Freja Ida Maja Elin Sigrid Solveig Åsa Björk Märta Linnéa Kirsten Tuula Aino Saga Liv"""
)
NORDIC_M = words(
    """Lars Erik Søren Bjørn Jørgen Åke Göran Håkan Nils Olav Mikkel Rasmus Jukka Mikko Sven Øyvind Aksel"""
)
NORDIC = [f"{stem}{end}" for stem in words(
    """Hans Nils Jens Peder Lars Anders Søren Rasmus Johan Erik Karl Olof Sven Magnus Gunnar Bengt Jakob Thor Mads Knud
    Ivar Håkan Jörg Aksel Mikkel Christian Frederik Simon Thomas Mattis Pål Einar"""
)
          for end in ("en", "son", "sen", "sson")] + compounds(
    "Lind Berg Sjö Ek Alm Gran Ny Sand Holm Ström Björk Dal Hög Ros Söder Norr Väster Öst",
    "qvist ström berg gren man dahl holm lund mark blad stedt blom fors löf",
)  # fmt: skip
GERMAN_F = words(
    """Anna Lena Sabine Ursula Käthe Jürgen Heike Birgit Petra Grit Marlies Ilse Gisela Frauke Bärbel Uta"""
)
GERMAN_M = words("""Hans Jürgen Günther Wolfgang Klaus Dieter Uwe Björn Jörg Matthias Stefan Sebastian Götz Rüdiger""")
GERMAN = words(
    """Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf
    Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann
    Köhler Weiß Groß Strauß Jäger Böhm König von_der_Heide von_Bülow zu_Löwenstein van_der_Berg"""
) + compounds(
    "Stein Ober Nieder Hohen Grün Schön Lind Wald Rosen Birken Kirch Neu Alt Berg Eichen Mühl",
    "bach berger mann hofer meier wald thal feld hausen stein brunner auer kamp wirth",
)  # fmt: skip
FRENCH_F = words("""Chloé Camille Léa Manon Inès Zoé Élodie Hélène Geneviève Françoise Agnès Margaux Aurélie Noémie""")
FRENCH_M = words("""Émile Jérôme François Benoît Loïc Théo Étienne René Gaël Cédric Gérard Jean-Pierre Jean-Luc Noël""")
FRENCH = words(
    """Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Lefebvre Michel
    Garnier Faure Rousseau Blanchard Guérin Muller Henry Roussel Nicolas Perrin Morin Mathieu Clément Gauthier
    Dumont Lopez Fontaine Chevalier Robin Masson Bélanger Côté"""
) + compounds(
    "Beau Mont Clair Ville Haut Val Roche Fort Saint Font Mal Char",
    "mont ier ard neuf court champ lieu bois ain eau elle",
)  # fmt: skip
SLAVIC_F = words(
    """Katarzyna Jana Zuzanna Ludmiła Božena Željka Milena Irena Dorota Wanda Světlana Šárka Małgorzata Ewa"""
)
SLAVIC_M = words(
    """Łukasz Jakub Tomáš Wojciech Ivan Dragan Zdeněk Mirosław Paweł Bogdan Václav Đorđe Stanisław Žarko"""
)
SLAVIC = compounds(
    """Kowal Nov Petr Ivan Wis Dvor Hor Krist Lewand Zieli Wójc Kamin Szym Woźn Jank Mazur Krawcz Pietr Grab Zajac
    Król Jabł Dud Adam Stęp Górn Sik Ostrow Jaworsk Malin Brz Tom Marek Rad Bog Mil Drag Vuk Žiž Kovač""",
    "ski ak ek ik ov owski ewicz ović enko czyk ka áček ina",
)
INDIAN_F = words(
    """Priya Anjali Fatima Aisha Leila Kavita Sunita Deepa Lakshmi Meera Pooja Zainab Ayesha Noor Jasmine"""
)
INDIAN_M = words("""Raj Mohammed Ahmed Arjun Sanjay Vikram Ravi Muhammad Imran Omar Hassan Yusuf Krishna Amir Suresh""")
INDIAN = words(
    """Patel Singh Khan Kaur Ahmed Shah Hussain Ali Begum Sharma Kumar Gupta Malik Akhtar Bibi Mehta Iqbal Chaudhry
    Rahman Mahmood Reddy Iyer Nair Desai Joshi Bhatt Chatterjee Banerjee Mukherjee Das Sen Ghosh"""
) + compounds(
    "Ram Krish Venkat Subra Raja Bala Chandra Gopal Jaga Nara Shiv Vish Anant Bhag",
    "swamy murthy nathan nan pathi chari moorthy subramanian rao yan",
)
AFRICAN_F = words("""Nkechi Chioma Amina Esther Thandiwe Adaeze Abena Akosua Folasadé Ngozi Zanele Wanjiru Fatoumata""")
AFRICAN_M = words("""Chidi Kofi Kwame Emeka Olumide Babatunde Sipho Kamau Mamadou Ọlá Oluwaseun Tendai Thabo Ibrahim""")
AFRICAN = compounds(
    "Ade Olu Oko Nwa Men Ama Aki Chuk Eze Ogun Ban Ny Mwa Dia Kon Tra",
    "yemi wale for chukwu sah nda tola wu mba ngi rere dele llo té oré",
)
VIETNAMESE_F = words("Thị_Mai Thị_Hoa Thị_Lan Ngọc_Ánh Thu_Hương Thanh_Thảo Bích_Ngọc Mỹ_Linh")
VIETNAMESE_M = words("Văn_Minh Văn_Hùng Đức_Anh Quang_Huy Hữu_Phước Minh_Tuấn Công_Vinh Đình_Trọng")
VIETNAMESE = words("""Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý""")
PINYIN_F = words("""Fang Mei Xiu Ying Li Na Min Jing Yan Juan Xiaomei Yuxuan Ruoxi""")
PINYIN_M = words("""Wei Jun Qiang Lei Tao Ming Chao Yong Jie Haoran Zihao Yichen""")
PINYIN = words("""Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Gao Lin Luo Zheng Xie Ng""")
HAN, HAN_GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"
JAPANESE = words("""佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤""")
JAPANESE_GIVEN = words("""健 翔太 結衣 さくら 美咲 大輔 直樹 陽子 恵子 蓮 葵 ユキ""")
HANGUL, HANGUL_GIVEN = (
    words("""김 이 박 최 정 강 조 윤 장 임"""),
    words("""민준 서연 지훈 수빈 하은 도윤 예은 현우 지아 준서"""),
)
ARABIC_GIVEN = words("""أحمد محمد فاطمة علي حسن مريم عمر خالد زينب يوسف إبراهيم نور""")
ARABIC = words("""حسن الأحمد العلي إبراهيم منصور الخطيب حداد النجار السيد عبد الله""")
CYRILLIC_F, CYRILLIC_M = (
    ["Мария", "Анна", "Елена", "Ольга", "Наталья", "Юлия"],
    ["Иван", "Алексей", "Дмитрий", "Сергей", "Андрей", "Фёдор"],
)
CYRILLIC = words("""Иванов Петров Смирнов Кузнецов Попов Соколов Лебедев Козлов Новиков Морозов Волков Соловьёв""")
GREEK_GIVEN = words("""Σοφία Ελένη Μαρία Γιώργος Δημήτρης Ιωάννης Κώστας Αγγελική Νίκος Βασιλική""")
GREEK = words("""Παπαδόπουλος Παπαδοπούλου Γεωργίου Δημητρίου Νικολαΐδης Οικονόμου Βλάχος Καραγιάννης""")
SINGLE = words("""Suharto Sukarno Megawati Yudhoyono Susilo Wahyuni Sri Budi Slamet Sutrisno Hartono Lestari Madonna""")
RARE = compounds(
    "Ka Ve Mo Ta Li Zu Be Ro Ga Fi Du Pe Sha Xo Yo Nu Qua Wi Je Ho Sti Bra Cle Dro Gre Plo Tre Fla Pri",
    "va le mi do ra shi nu be go ti ku lla sse rri ppo dda",
    "n k rd x lo m s tz nde ri vic sta lli ne ro no z t",
)


class Culture(NamedTuple):
    """How the names of one language are put together. `weight` is its share of the clinic, in per mille."""

    weight: int
    female: tuple[Sequence[str], list[float]]
    male: tuple[Sequence[str], list[float]]
    family: tuple[Sequence[str], list[float]]
    second_given: float = 0.2
    second_family: float = 0.0
    joint: str = "-"
    family_first: str = ""


def culture(weight: int, female: Sequence[str], male: Sequence[str], family: Sequence[str], **how: object) -> Culture:
    return Culture(weight, ranked(female), ranked(male), ranked(family), **how)  # type: ignore[arg-type]


CULTURES = (
    culture(300, ENGLISH_F, ENGLISH_M, ENGLISH, second_family=0.06),
    culture(220, SPANISH_F, SPANISH_M, SPANISH, second_given=0.3, second_family=0.55, joint=" "),
    culture(60, GERMAN_F, GERMAN_M, GERMAN, second_family=0.05),
    culture(60, FRENCH_F, FRENCH_M, FRENCH, second_family=0.06),
    culture(60, NORDIC_F, NORDIC_M, NORDIC),
    culture(75, SLAVIC_F, SLAVIC_M, SLAVIC, second_family=0.03),
    culture(80, INDIAN_F, INDIAN_M, INDIAN),
    culture(30, AFRICAN_F, AFRICAN_M, AFRICAN),
    culture(20, VIETNAMESE_F, VIETNAMESE_M, VIETNAMESE, second_given=0, family_first=" "),
    culture(10, PINYIN_F, PINYIN_M, PINYIN, second_given=0.4),
    culture(5, HAN_GIVEN, HAN_GIVEN, HAN, second_given=0.6, family_first="·"),
    culture(5, JAPANESE_GIVEN, JAPANESE_GIVEN, JAPANESE, second_given=0, family_first=" "),
    culture(4, HANGUL_GIVEN, HANGUL_GIVEN, HANGUL, second_given=0, family_first="·"),
    culture(8, ARABIC_GIVEN, ARABIC_GIVEN, ARABIC, second_given=0.5),
    culture(8, CYRILLIC_F, CYRILLIC_M, CYRILLIC),
    culture(5, GREEK_GIVEN, GREEK_GIVEN, GREEK),
    culture(50, ENGLISH_F + SPANISH_F, ENGLISH_M + SPANISH_M, RARE),
)
SINGLE_SHARE = 0.006


def drawn(random: Random, words: tuple[Sequence[str], list[float]]) -> str:
    return words[0][bisect(words[1], random.random() * words[1][-1])]


def name_maker(random: Random) -> Callable[[], tuple[str, str, str]]:
    """Return a function that draws a full name, the name it is filed under, and a gender."""
    bounds = list(accumulate(each.weight for each in CULTURES))
    chance = random.random

    def name() -> tuple[str, str, str]:
        draw = chance()
        gender = "female" if draw < 0.5 else "male" if draw < 0.965 else "other" if draw < 0.99 else "unknown"
        if chance() < SINGLE_SHARE:
            return drawn(random, ranked_single), "", gender
        kind = CULTURES[bisect(bounds, chance() * bounds[-1])]
        givens = kind.female if gender == "female" or draw > 0.98 else kind.male
        given, family = drawn(random, givens), drawn(random, kind.family)
        if kind.second_given and chance() < kind.second_given:
            given += ("" if kind.family_first == "·" else " ") + drawn(random, givens)
        if kind.second_family and chance() < kind.second_family:
            family += kind.joint + drawn(random, kind.family)
        if kind.family_first:
            return f"{family}{kind.family_first.strip('·')}{given}", family, gender
        return f"{given} {family}", family, gender

    ranked_single = ranked(SINGLE)
    return name
