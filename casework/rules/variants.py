"""Forms of one given name, or of one family name: short forms, other spellings, other languages (domain §2.7).

One line a name, its first word naming the line; a word may stand on several lines ("alex"). Words are folded as
`casework.rules.names` folds them: Latin letters, no accents. A line says that people write these for each other,
not that they are one name everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

_LINES: Final = """
aaron arron aron harun haroon haroun
abigail abi abbi abby abbie gail abigale
abraham ibrahim ebrahim abe bram ibraheem avraham abram
adam adem aadam adham
adeola ade adeolu
adrian adrien adriano ade
agnieszka aga agnes agnese
ahmed ahmad ahmet achmed ahmadu amadou hamad
aidan aiden aden ayden
aisha ayesha aysha aishah aaisha ayisha aicha aishat asha
alan allan allen alun al
alastair alistair alasdair alister alisdair
albert al bert bertie albie
alexander alex alec alexandre aleksander aleksandr oleksandr sasha xander alejandro sandy alexandru zander alessandro iskander
alexandra alex alexa sandra sasha lexi lexie aleksandra oleksandra alessandra sandie alexia
alfred alf alfie fred freddie
alice alys alicja ally alix
alicia alisha alesha aleesha leesha
ali aly alee aliyu
amelia amy millie emelia amelie mia
amina aminah aamina ameena amna amena aminata
amir ameer aamir emir
amy aimee amie
anastasia ana stacey anastazja nastya anastasiya stasia
andrew andy drew andrei andrzej andre andreas andrey andrii andres
angela angie ange aniela
angus gus aonghas
anita anitha
anna ann anne annie hanna hannah ania ana anya anusha
annabel annabelle bella annabella belle
anthony tony antony antoni anton antonio ant antonia
antonia toni tonia
archibald archie
arthur art artie artur
ava eva eve evie ewa
ayaan ayan ayaaan
barbara barb babs basia
bartholomew bart bartosz bartek
beatrice bea beatrix trixie beata
benjamin ben benji benny binyamin bence bejamin
bernadette bernie
bethany beth bethan
bilal billal bilaal
bradley brad
brandon branden brendan
bridget brigid breda bridie biddy
caitlin kaitlyn katelyn caitlyn kaitlin catlin kaitlynn
callum calum colum callam malcolm
cameron cam kameron camron
caroline carol carolyn carrie caz karolina carolina
casey kasey kacey kaycee
cassandra cass cassie sandra
charles charlie chas chuck chaz karol charley carlos
charlotte charlie lottie charley lotte char tottie
chelsea chelsey chelsie
chinedu nedu edu
chinwe chi chinwendu
chioma chi
chloe khloe cloe
christina tina chris chrissy christine kristina krystyna cristina kirsty christy krystina
christine chris chrissie christina kristin kirsten kristine
christopher chris kit topher krzysztof kris kristopher christof
claire clare clara klara
colin collin
connor conor conner konnor
courtney kourtney
daisy daisie
daniel dan danny daniil danyal daniyal danial danil danilo daniele dani
danielle dani daniela daniella danuta
darren daz darran
david dave davey dawid dafydd dai daud dawood davie daoud dawud davit taffy
deborah deb debbie debora debra
declan deklan
demetrius dimitri dmitri dmitry dmytro dimitar
diane diana di dianne
dominic dom dominik nic domenic dominick
donald don donny
dorothy dot dottie dorota dorothea
douglas doug dougie
dylan dillon dillan dilan
edmund ed eddie ned ted teddy edmond eamon eamonn
edward ed eddie ned ted teddy eduard edek edvard edouard edwardo eduardo
eilidh eilish ailidh ayleigh aylee
eileen aileen ilene
elaine helaine
eleanor ellie nell nellie elinor eleanora ella elena nora elenor ellenor
elias ilyas elyas eli ilias ellis
elijah eli elisha ilyas ellijah
elizabeth liz lizzie beth betty eliza elsie libby elisabeth lisa bess elspeth elzbieta ela liza lizzy betsy isabel elisaveta yelizaveta isobel elisabeta
ella ellie
ellen helen elena ellie nell
ellis elis
emily em emmie emilia emilie emmy millie emelie
emma em emmy ema
emmanuel manny emanuel manuel imanuel emman
eric erik erick rick
esther hester esta ester
ethan ethen
eugene gene yevgeny yevhen evgeni
ewan euan ewen iwan owain evan
ezekiel zeke
farah farrah fara
fatima fatimah fatema fatemah fatma fatoumata fatou fatimata fatim faatima fathima
felicity fliss flick
finlay finley findlay fin finn
finn fionn fin
fiona ffion fi
florence flo flossie florrie
frances fran francesca frankie franciszka
francesca fran frankie chessie francisca
francis frank frankie francisco franciszek francesco fran
frederick fred freddie freddy frederic fryderyk friedrich
gabriel gabe jibril gabor gabryel jibreel djibril gavriil
gabrielle gabby gabi gabriela gabriella ella
gareth gary gaz garry
gemma jemma gem
geoffrey geoff jeff jeffrey jeffery
george georgie jerzy giorgi jorge georgi yuri jurek georgios heorhii gheorghe geordie jurgis
georgia georgie georgina
georgina georgie gina georgia
gerald gerry jerry gerard
gethin geth
gillian jill gill jillian
giovanni gio gianni
grace gracie
kim gim
park pak bak
choi choe
graham graeme grahame
gregory greg grzegorz gregor grigori grigore
grzegorz grzes greg
guilherme william gui
gwendolyn gwen gwenda
habib habeeb
hajra hajira hajar
halima haleema halimah
hamza hamzah hamsa
hanna hannah hana hanah channah
hannah hanna hana anna
harold harry hal
harriet hattie harri harriett
harry harrison henry harold
haseeb hasib
hassan hasan hassaan
heather hev
helen helena ellen elena nell lena halina
henry harry hank hal henryk henri enrique heinrich
hugh huw hugo hughie hew
husain hussain hussein husayn hussien hossain husein hussayn hosein hoseyn hossein husein
ian iain
ibrahim ibraheem ebrahim brahim ib
idris idrees edris
imogen immy imi
imran emran imraan
iman eman emaan imaan
irene irena iryna irina
isaac ishaq izaac zac issac ishaaq isaak ike izhak izak ishak
isabel isabelle isabella bella izzy issy isobel izabela belle izabella
isaiah izaiah
ismail ismael ishmael ismaeel esmail ismail smail
ivan ioan ifan iwan john
jack john jackie jacky jak jacques
jackson jaxon jaxson jax
jacob jake jakub yaqub yakub yaqoob jacub jacques jakob yacoub iago jakov kuba yacob yaakov
jacqueline jackie jacqui jaqueline jacquelyn
jahid zahid
jamal jamaal gamal
jameel jamil gamil
james jim jimmy jamie jem jaime jimi seamus hamish iago jacques
jamie jaime jamey james
jan john jean
jane janey jayne janie
janet jan
jasmine jas yasmin jazz jasmin yasmine yasmeen jazmin jasmeen yasemin
jason jase jayson
jayden jaden jaydon jaiden jadon jaydan
jean jeannie
jennifer jen jenny jenni jennie
jeremiah jerry jem irmiya
jeremy jerry jem jez
jessica jess jessie jesse jessika
joan joanne joanna joan
joanna jo joanne joasia ioana johanna joana
joel yoel
john jon johnny jack johnnie ian sean ivan jan juan giovanni yahya ioan ieuan evan hans janek joao shaun shane yohannes ioannis johan
jonathan jon jonny jonty jonathon johnathan nathan johnathon
jordan jordon jordyn
joseph joe joey yusuf yousef youssef yusef yousuf yousaf josef jose jozef josip giuseppe iosif yossef yosef yusif yusouf yussuf yousif josephus jozsef usup
josephine jo josie jozefina
joshua josh yehoshua joshuah jesus
judith judy jude
julia julie juliet jules yulia giulia julianna
julian jules julien julius
kacper kasper casper
kai kye kaye ky
karen karon caren
karim kareem kerim
kamil kameel camille
kate katie
katherine kate katie kathy catherine kathryn cath kat kitty katy cathy kathleen katarzyna kasia ekaterina katerina katya catarina kateryna cathryn katrina caitlin catriona kay katarina katharine cate katherina catalina yekaterina katyusha trina
kayleigh kaylee kayley kaleigh kaylie kaylea
keira kiera kira ciara keera kiara
kelly kelley kellie
kelsey kelsie kelcie
kenneth ken kenny
kevin kev kevan
khadija khadijah khadeja kadija kadijah hadija khadeeja kadiatou khadidja hatice
khalid khaled khaleed halid halit
kieran keiran kieron ciaran kyran keiron kiaran
kimberley kim kimberly kimberlee
kofi koffi coffie
kwame kwami
kwabena kobina kobena ebo
kwaku kweku quaku kwaku
kyle kyl
laila leila layla leyla lailah laylah leilah laela
laura lauren laurie lora laure
lauren loren laura lauryn
lawrence laurence larry laurie loz lorenzo lars
leah lea leia lia leya
leo leon leonardo lev leonard leopold
leonard len lenny leo
lewis louis lou lewys luis ludwik lewie
liam william lyam uilliam
lillian lily lilian lil lilly liliana lillie
lilly lily lilli lillie
linda lin lynn lynda lindy
louis lewis lou louie luis luigi
louise lou lulu luisa louisa
lucas luke luca lukas luka lukasz luc
lucy lucie luce lucia lucinda
luke lukas lucas lukasz luka luqman
lukasz lukas luke lucas
lynn lyn lynne linda
maciej matthew maciek mathias
mackenzie kenzie mckenzie mackenzy
madeleine maddie madeline maddy mads madelaine madelyn madalena magdalena madison
madison maddie maddison maddy madyson
magdalena magda lena
mahmood mahmoud mahmud mehmood mahmut mamoudou
malgorzata gosia margaret
malachi malaki malakai
mamadou mohammed mamadu mamadi mahamadou
marcus mark marc marek marco markus marcos marko marc
margaret maggie meg peggy madge marge greta rita megan margarita mags daisy peg malgorzata margo margot margret marjorie magaret
maria mary mariam maryam mariya marie miriam mariah mia
mariam maryam miriam mary mariama mariyam maryam meryem marwa mariem marium maryum mariame
mark marc marek marcus marco
martin martyn marty marcin martins
mary maria marie mariam maryam molly polly moira mari maire may mary
mateusz matthew mat
matilda tilly mattie tillie mathilda tilda
matthew matt matty mathew mateusz matteo mat mathias mattew matej maciej matvei mateo mathieu mattie
maureen mo maura
maximilian max maksym maksim maxim maximillian maxwell maximus
maxwell max
meera mira mirah
megan meg meghan maegan meghann megs
melissa mel missy
melanie mel mell
mia maya miya
michael mike mick mickey micheal mikey michal mikhail miguel mikael mihai mykhailo mikail mischa mikaeel misha michel micah meical mihail
michaela mikayla mica mikaela makayla michala
michelle shell chelle mishelle michele
mihai michael mihail
millicent millie milly
mohammed muhammad mohamed mohammad mohamad mo muhammed mohd md muhammet mehmet mohamud muhamed mohamet muhamad mohammod mohummed mamadou mahomed mohmmad mohmed mhmd muhammadu mohummad mouhamed mohamudd mahamed maxamed
molly mollie moll mol polly pollie
morgan morgana
mustafa mustapha moustafa mustaffa mostafa mustafe
mujtaba mojtaba
muneeb munib
murtaza murtadha mortaza murtada
musa moussa moosa mousa mussa moses moshe
nabeel nabil
nadia nadiya nadya nadine nadezhda nadja
naomi noemi
natalie nat natalia natasha nathalie nataliya natalya tasha
natasha tash tasha natalia natascha
nathan nate nathaniel jonathan
nathaniel nathan nate nat nathanial
niamh neve neave neeve nieve nia
nicholas nick nicky nico nicolas nikolai mikolaj nic nicolae klaus niko nikola niklas mykola nikolas
nicole nicky nikki nicola nicolette nikola nicolle
nicola nicky nikki nicole
noah noa nuh nooh
nour noor nur noora nura nure noura
oghenekaro karo
olivia liv livvy livia ollie olive oliwia olivija livvie
oliver ollie olly oliwer olivier oli
oluwaseun seun
oluwafemi femi
oluwatobi tobi
oluwadamilola dami damilola
oluwaseyi seyi
oluwakemi kemi
oluwatosin tosin
oluwatoyin toyin
oluwasegun segun
oluwadamilare dare damilare
olufunke funke
olufemi femi
omar umar omer oumar umer ommar umaru
osama usama ossama usamah
oscar oskar ozzy
osman usman othman uthman ousmane osmaan utman cismaan
owen owain eoin ewan eoghan
pamela pam pammie
patricia pat patsy trish tricia paddy patrycja patti patrizia trisha
patrick pat paddy padraig patryk patrik patrice padraic rick
paul pavel pawel paulo pablo paolo pol pavlo paulius pal
paula paulina pauline pola
penelope penny
peter pete piotr pedro pierre petr pyotr petro petros pedr pieter petar petru pita
philip phil phillip filip pip felipe phillipe philippe pilip
philippa pippa pip phillipa
poppy poppie
priya pria preeya
qasim kasim qassim kassim qaseem qasem
rachel rach rachael rachelle raquel rahel rachell racheal
rafael raphael raf rafal raffy rafferty raff
rahim raheem rahiem
rahman rehman raman
rebecca becky becca bex rebekah becks rebeca beccy rivka beckie
reece rhys rees reese
rhiannon rhianon rihanna rhian
rhys reece rees reese
richard rick dick ricky rich richie ricardo ryszard rico dickie
robert bob rob bobby robbie robin bert roberto rupert bobbie roberts
robin robyn robert rob
roderick rod roddy rory ruairi
ronald ron ronnie
rory ruairi ruaridh rorie ruari
rosemary rose rosie rosa
rose rosie rosa roisin rosalind roza
roisin rosheen rosie rosaleen
rowan rohan roan
russell russ rusty
ryan rian ryann rayan rayyan
ruth ruthie
saba sabah
saif sayf seif
saira sayra sairah saera
salim saleem selim
salma selma
samantha sam sammy sammi sammie
samir sameer
samuel sam sammy samwel samuil shmuel samual
sandra sandy sandie
sanjay sanjai
sara sarah saara sarra zarah sally sara sarai
sarah sara sally sadie sarrah zara
savannah savanna
scarlett scarlet
sean shaun shawn shane john seann
sebastian seb bas sebastien bash
shabnam shabnum
shahid shaheed
shakeel shakil
shanice shaniece shanise
shannon shanon
sharon shaz
shaista shysta
sheikh shaikh shaykh sheik cheikh
sherif sharif shareef charif
shevaun siobhan
sian shan sharn
sidney sid sydney
simon simeon si szymon semyon simone shimon
sinead shinead
siobhan shivaun shavon chevonne siobhann shivonne chivonne shevaun
sofia sophia sophie zofia sofija sofie soph sofiya zosia safia sophy
somaya sumaya sumayya sumaiya sumayyah soumaya somaia
sophie sophia sof soph sofie sophi
stacey stacy anastasia stacie
stanley stan stanislaw stas
stanislaw stas stanislav stan
stephanie steph stefania stephania stevie stefanie stefani
stephen steve steven stevie stefan ste szczepan stephan esteban stepan stefano etienne istvan stephon
stewart stuart stew stu
sulaiman suleiman sulayman suleman solomon suleyman solaiman soliman souleymane sulaymaan sulieman
susan sue suzie suzanne susie zuzanna susanna suzanna
szymon simon
tabitha tabby
tahira tahirah taahira
tamara tammy
tameka tamika
tamsin tamzin tam
taylor tayler tailor
terence terry terrence
teresa theresa terri tess tessa tereza tracey
thea theodora dorothea
theodore theo ted teddy todor fyodor teodor fedor
thomas tom tommy tomasz thom tomas toma tam tomos tomek toms
timothy tim timmy timofey
tobias toby tobi tobiasz
tracey tracy trace
tristan tristram trystan
tyler tylor ty
uche uchenna uchechi uchechukwu
valentina val valya
valerie val
vanessa nessa
veronica ronnie vera weronika veronika
victor vic wiktor viktor
victoria vicky tori vikki wiktoria viktoria viktoriya vicki toria vickie tory
vincent vince vinny vinnie wincenty
violet vi violeta
vladimir volodymyr vova vlad wladimir vladimer
walter wally walt valter
wiktoria victoria
wilfred wilf wilfie fred
wilhelmina mina billie
william will bill billy liam willie wills gwilym vilhelm guillaume wiliam bil guilherme
winifred winnie freda
wojciech wojtek
wyatt wyat
xavier javier zavier
yahya yehya yahia yahyaa
yasir yasser yaser yassir
yasmin yasmine yasmeen jasmine jasmin yasemin yazmin
yolanda iolanda yolande
yuan yuen
yunus younis younus yunis jonah yunes younes yonis
yvonne von ivonne
yvette evette
zachary zach zac zak zack zachariah zakaria zakariya zacharia zechariah zakariyya zackary zakaria zakariyah zakarya
zahra zara zahrah zehra zaara zaahra fatimazahra
zaid zayd zayed zed
zainab zaynab zeinab zeynep zainub zaineb zenab zeynab xaynab
zainul zayn
zayn zain zane zayne zein
zeeshan zishan
zoe zoey zoie zooey
zuzanna zuzia susanna zuzana
elif eleef
emre emrah
hatice khadija hatija
eoin owen eoghan
caoimhe keeva kweeva keva
saoirse seersha sersha
aoife eefa efa
aine anya onya
oisin osheen usheen
tadhg tighe tige
maeve meabh meadhbh
grainne grania gronya
orla orlaith orlagh
sorcha sarah
mairead mairaid margaret
muireann mweeran
niall neil neal nial
cian kian keane
cillian killian kilian
ruairi rory
daragh dara darragh
eimear emer eimer
cerys carys kerys
ffion fion fionn
llewelyn llywelyn lew llew flewelyn
myfanwy vanwy
angharad anharad
gwyneth gwen gwyn
dewi david
ieuan ifan evan ewan
iestyn justin yestin
sion john shon
nia niamh
chukwuemeka emeka
chukwudi chudi
ifeoma ify
ifeanyi ify
nnamdi namdi
ngozi
obinna obi
olumide mide
oluwaseun seun
temitope temi tope
temilola temi
ayodele ayo dele
ayomide ayo mide
babatunde tunde baba
olatunde tunde
adebayo bayo ade
adewale wale ade
abiodun abi biodun
abimbola abi bimbola
folasade sade fola
omolara lara
omotola tola
kehinde kenny
taiwo taiye
akosua akos
abena abenaa
afia efua
yaa yah
kojo cudjoe
yaw yao
ama amma
esi essi
abdullah abdallah abdulla abdoulaye abdulahi abdullahi abdilahi abdellah abdalla
abdul abdel abdoul abd abdal abdool
abdulrahman abdurrahman abdelrahman abdirahman abdourahmane abdurahman abdulrehman abderrahmane
abdulaziz abdelaziz abdiaziz abdoulaziz
abdulqadir abdelkader abdulkadir abdikadir abdelkader abdulkader
hassan xasan hasan
hussein xuseen
halimo halima xaliimo
caasha aisha
cabdi abdi
faysal faisal feisal faysel
jibril gabriel
khadra kadra
hodan hoodan
sheila shelagh sheelagh
nguyen nguyn
singh sing
kaur kour koer
begum begom begam beghum
khatun khatoon katun
bibi bebe
chowdhury choudhury chaudhry choudhry chaudhary chowdhary chaudhuri choudhary chaudry
ali aly
khan kan kahn
miah mia miya mian
uddin udin uddeen din
islam eslam

patel pattel
rahman rehman rahmaan rehmaan
siddiqui siddique siddiq siddiqi sidiqi saddique
qureshi kureshi quraishi koreshi quereshi
mirza meerza
malik malek maleek melik
ansari ansary
hashmi hashimi hashemi
naqvi naqui
syed sayed sayyid said saeed seyed sayyed sayeed
mohamud mohamoud mahamud
warsame warsama
diallo jallow jalloh diallow
bah ba
barry bari
sesay ceesay
conteh konteh
koroma coroma
camara kamara
jones joans
davies davis davys
macdonald mcdonald mcdonnell macdonell
mackenzie mckenzie
mcleod macleod
mclean maclean mclain
thompson thomson tomson tompson
johnson johnston johnstone jonson
smith smyth smythe schmidt
clark clarke
brown browne braun
white whyte
reid reed read
phillips philips phillipps
stevens stephens stevenson stephenson
stephenson stevenson
nicholson nicolson
lawrence laurence
moore moor more muir
taylor tailor tayler
rogers rodgers
allan allen alan
cohen coen kohn
wang wong huang
zhang chang cheung
li lee lea leigh lei
chen chan
zhao chiu chao
zhou chow chou
zhu chu
xu hsu tsui
lin lam
liu lau
wu ng
huang wong hwang
yang yeung
he ho
guo kwok kuo
cai choi tsai
xie tse hsieh
zheng cheng
deng tang
jiang chiang kiang
ye yip yeh
ma mah
kowalski kowalska kovalski kovalska
nowak novak
wisniewski wisniewska
wojcik woitsik
lewandowski lewandowska
kaminski kaminska
zielinski zielinska
szymanski szymanska
kozlowski kozlowska
jankowski jankowska
ivanov ivanova
petrov petrova
popescu popesco
fitzgerald fitz
okafor okafo
ogunleye ogunlaye
adeyemi adeyemo
sullivan osullivan
brien obrien
neill oneill
connor oconnor
reilly oreilly riley
donnell odonnell
hara ohara
kane okane
"""


def _table() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for line in _LINES.split("\n"):
        words = line.split()
        for word in words:
            found[word].add(words[0])
    return {word: frozenset(names) for word, names in found.items()}


LINES_OF: Final = _table()

# Well known names that stand apart however alike they look: of two of these the likeness of letters says nothing.
KNOWN: Final = frozenset(LINES_OF) | frozenset(
    [
        "ada",
        "aarav",
        "alana",
        "aleena",
        "alfie",
        "alina",
        "amara",
        "amaya",
        "amber",
        "ameerah",
        "anaya",
        "anwar",
        "aria",
        "arlo",
        "arjun",
        "asad",
        "ashton",
        "asma",
        "athena",
        "aurora",
        "austin",
        "ayra",
        "bella",
        "blake",
        "bobby",
        "bonnie",
        "cara",
        "carter",
        "clara",
        "cole",
        "cora",
        "corey",
        "dara",
        "darcie",
        "delilah",
        "demi",
        "denis",
        "dexter",
        "eden",
        "edith",
        "ellen",
        "elodie",
        "elsa",
        "eliza",
        "emilia",
        "emmie",
        "erin",
        "esme",
        "eva",
        "ezra",
        "faith",
        "faizan",
        "fern",
        "fraser",
        "freya",
        "gemma",
        "gia",
        "haris",
        "harley",
        "harvey",
        "hazel",
        "heidi",
        "hollie",
        "holly",
        "hope",
        "hugo",
        "hunter",
        "ida",
        "inaya",
        "india",
        "iris",
        "isla",
        "ivy",
        "ivo",
        "jade",
        "jai",
        "jasper",
        "jayce",
        "jaya",
        "jenson",
        "jesse",
        "joel",
        "jonah",
        "jude",
        "kaya",
        "kayden",
        "kaiden",
        "hayden",
        "aiden",
        "brayden",
        "kian",
        "kiran",
        "kyra",
        "lara",
        "leila",
        "lena",
        "lexi",
        "lia",
        "lila",
        "lola",
        "lottie",
        "luna",
        "lyra",
        "mabel",
        "maisie",
        "mara",
        "marley",
        "martha",
        "mason",
        "maya",
        "mila",
        "millie",
        "mina",
        "molly",
        "muna",
        "myla",
        "myles",
        "nadia",
        "nahla",
        "nancy",
        "nia",
        "nina",
        "nora",
        "otis",
        "ottilie",
        "paige",
        "pearl",
        "phoebe",
        "priya",
        "quinn",
        "raya",
        "reggie",
        "reuben",
        "riley",
        "rio",
        "robyn",
        "ronnie",
        "roman",
        "ruby",
        "rupert",
        "saad",
        "safa",
        "sahil",
        "sami",
        "sana",
        "sienna",
        "skye",
        "sonny",
        "summer",
        "tanya",
        "tara",
        "tia",
        "tilly",
        "tina",
        "toby",
        "tommy",
        "zara",
        "zoya",
        "zaki",
        "zion",
        "zena",
        "emma",
        "ella",
        "amaan",
        "aman",
        "ayman",
        "iman",
        "ilyas",
        "jayan",
        "karan",
        "kiran",
        "nihal",
        "rohan",
        "rohit",
        "ravi",
        "raj",
        "rahul",
        "vikram",
        "vikas",
        "anil",
        "sunil",
        "anjali",
        "pooja",
        "puja",
        "divya",
        "deepa",
        "deepak",
        "sunita",
        "anita",
        "kavita",
        "neha",
        "nisha",
        "amit",
        "ajay",
        "vijay",
        "sanjay",
        "arun",
        "tarun",
        "varun",
        "mohan",
        "sohail",
        "suhail",
        "tariq",
        "tahir",
        "nasir",
        "naseer",
        "nadeem",
        "naeem",
        "waseem",
        "wasim",
        "kashif",
        "farhan",
        "faizan",
        "rizwan",
        "irfan",
        "imran",
        "kamran",
        "salman",
        "sultan",
        "sufyan",
        "zubair",
        "junaid",
        "jawad",
        "saad",
        "sajid",
        "majid",
        "rashid",
        "rasheed",
        "hamid",
        "hameed",
        "harith",
        "harris",
        "danish",
        "daanish",
        "adnan",
        "arif",
        "asif",
        "atif",
        "aqib",
        "akib",
        "bashir",
        "zahir",
        "zaheer",
    ]
)

# Names that half a community bears: in common, they say little (Muslim and Sikh naming), and twins share them.
WEAK: Final = frozenset(
    word
    for line in ("mohammed", "syed", "singh", "kaur", "begum", "bibi", "khatun", "abdul", "sheikh", "uddin")
    for word, lines in LINES_OF.items()
    if line in lines
) - {"mo", "sing", "said", "saeed", "mamadou"}
