/*
 * Where countries with several time zones keep which: by state or province, by the first digits of postal codes, by area codes of phones. Only what
 * differs is listed; a country with one zone needs no table, since the runtime knows it.
 */

/** Zones of states and provinces, by country and by the state's code. */
export const zonesOfStates: Record<string, Record<string, string>> = {
  US: zones({
    'America/New_York': 'CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV',
    'America/Chicago': 'AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI',
    'America/Denver': 'CO ID MT NM UT WY',
    'America/Phoenix': 'AZ',
    'America/Los_Angeles': 'CA NV OR WA',
    'America/Anchorage': 'AK',
    'Pacific/Honolulu': 'HI',
    'America/Puerto_Rico': 'PR VI',
  }),
  CA: zones({
    'America/Toronto': 'ON QC NU',
    'America/Halifax': 'NS NB PE',
    'America/St_Johns': 'NL',
    'America/Winnipeg': 'MB',
    'America/Regina': 'SK',
    'America/Edmonton': 'AB NT',
    'America/Vancouver': 'BC',
    'America/Whitehorse': 'YT',
  }),
  AU: zones({
    'Australia/Sydney': 'NSW ACT',
    'Australia/Melbourne': 'VIC',
    'Australia/Brisbane': 'QLD',
    'Australia/Adelaide': 'SA',
    'Australia/Perth': 'WA',
    'Australia/Hobart': 'TAS',
    'Australia/Darwin': 'NT',
  }),
  BR: zones({
    'America/Sao_Paulo': 'SP RJ MG ES PR SC RS DF GO',
    'America/Bahia': 'BA',
    'America/Fortaleza': 'CE MA PI RN PB',
    'America/Recife': 'PE',
    'America/Maceio': 'AL SE',
    'America/Belem': 'PA AP',
    'America/Araguaina': 'TO',
    'America/Manaus': 'AM',
    'America/Cuiaba': 'MT',
    'America/Campo_Grande': 'MS',
    'America/Porto_Velho': 'RO',
    'America/Boa_Vista': 'RR',
    'America/Rio_Branco': 'AC',
  }),
  MX: zones({
    'America/Mexico_City':
      'CMX AGU CAM CHP COA COL DUR GUA GRO HID JAL MEX MIC MOR NLE OAX PUE QUE SLP TAB TAM TLA VER YUC ZAC',
    'America/Cancun': 'ROO',
    'America/Chihuahua': 'CHH',
    'America/Hermosillo': 'SON',
    'America/Mazatlan': 'SIN NAY BCS',
    'America/Tijuana': 'BCN',
  }),
}

/** Names under which people write states. */
export const codesOfStates: Record<string, Record<string, string>> = {
  US: codes(
    'alabama AL,alaska AK,arizona AZ,arkansas AR,california CA,colorado CO,connecticut CT,delaware DE,district of columbia DC,florida FL,georgia GA,hawaii HI,idaho ID,illinois IL,indiana IN,iowa IA,kansas KS,kentucky KY,louisiana LA,maine ME,maryland MD,massachusetts MA,michigan MI,minnesota MN,mississippi MS,missouri MO,montana MT,nebraska NE,nevada NV,new hampshire NH,new jersey NJ,new mexico NM,new york NY,north carolina NC,north dakota ND,ohio OH,oklahoma OK,oregon OR,pennsylvania PA,puerto rico PR,rhode island RI,south carolina SC,south dakota SD,tennessee TN,texas TX,utah UT,vermont VT,virginia VA,washington WA,west virginia WV,wisconsin WI,wyoming WY',
  ),
  CA: codes(
    'alberta AB,british columbia BC,manitoba MB,new brunswick NB,newfoundland and labrador NL,newfoundland NL,nova scotia NS,northwest territories NT,nunavut NU,ontario ON,prince edward island PE,quebec QC,saskatchewan SK,yukon YT',
  ),
  AU: codes(
    'new south wales NSW,australian capital territory ACT,victoria VIC,queensland QLD,south australia SA,western australia WA,tasmania TAS,northern territory NT',
  ),
  BR: codes(
    'sao paulo SP,rio de janeiro RJ,minas gerais MG,espirito santo ES,parana PR,santa catarina SC,rio grande do sul RS,distrito federal DF,goias GO,bahia BA,ceara CE,maranhao MA,piaui PI,rio grande do norte RN,paraiba PB,pernambuco PE,alagoas AL,sergipe SE,para PA,amapa AP,tocantins TO,amazonas AM,mato grosso MT,mato grosso do sul MS,rondonia RO,roraima RR,acre AC',
  ),
  MX: codes(
    'ciudad de mexico CMX,mexico city CMX,jalisco JAL,nuevo leon NLE,quintana roo ROO,chihuahua CHH,sonora SON,sinaloa SIN,nayarit NAY,baja california sur BCS,baja california BCN,puebla PUE,guanajuato GUA,yucatan YUC,veracruz VER',
  ),
}

/** First three digits of ZIP codes, as ranges, with the state they lie in. */
export const statesOfZips: readonly (readonly [number, number, string])[] = ranges(
  '005-005 NY,006-009 PR,010-027 MA,028-029 RI,030-038 NH,039-049 ME,050-059 VT,060-069 CT,070-089 NJ,100-149 NY,150-196 PA,197-199 DE,200-205 DC,206-219 MD,220-246 VA,247-268 WV,270-289 NC,290-299 SC,300-319 GA,320-349 FL,350-369 AL,370-385 TN,386-397 MS,398-399 GA,400-427 KY,430-459 OH,460-479 IN,480-499 MI,500-528 IA,530-549 WI,550-567 MN,570-577 SD,580-588 ND,590-599 MT,600-629 IL,630-658 MO,660-679 KS,680-693 NE,700-714 LA,716-729 AR,730-749 OK,750-799 TX,800-816 CO,820-831 WY,832-838 ID,840-847 UT,850-865 AZ,870-884 NM,885-885 TX,889-898 NV,900-961 CA,967-968 HI,970-979 OR,980-994 WA,995-999 AK',
)

/** Parts of states that keep another time than the rest of them, by the same digits. */
export const zonesOfZips: readonly (readonly [number, number, string])[] = ranges(
  '324-325 America/Chicago,373-374 America/New_York,376-379 America/New_York,420-424 America/Chicago,463-464 America/Chicago,476-477 America/Chicago,577-577 America/Denver,586-586 America/Denver,691-693 America/Denver,798-799 America/Denver,835-835 America/Los_Angeles,838-838 America/Los_Angeles,885-885 America/Denver,979-979 America/Denver',
)

/** First letters of Canadian postal codes. */
export const provincesOfPostalCodes: Record<string, string> = codes(
  'A NL,B NS,C PE,E NB,G QC,H QC,J QC,K ON,L ON,M ON,N ON,P ON,R MB,S SK,T AB,V BC,X NT,Y YT',
)

/** First digits of Australian postcodes. */
export const statesOfPostcodes: Record<string, string> = codes('2 NSW,3 VIC,4 QLD,5 SA,6 WA,7 TAS')

/** Area codes of North America, by state or province. */
export const areaCodes: Record<string, string> = areas(
  'AL 205 251 256 334 659 938,AK 907,AZ 480 520 602 623 928,AR 327 479 501 870,CA 209 213 279 310 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 747 760 805 818 820 831 840 858 909 916 925 949 951,CO 303 719 720 970 983,CT 203 475 860 959,DE 302,DC 202 771,FL 239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954,GA 229 404 470 478 678 706 762 770 912 943,HI 808,ID 208 986,IL 217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872,IN 219 260 317 463 574 765 812 930,IA 319 515 563 641 712,KS 316 620 785 913,KY 270 364 502 606 859,LA 225 318 337 457 504 985,ME 207,MD 227 240 301 410 443 667,MA 339 351 413 508 617 774 781 857 978,MI 231 248 269 313 517 586 616 679 734 810 906 947 989,MN 218 320 507 612 651 763 924 952,MS 228 601 662 769,MO 235 314 417 557 573 636 660 816 975,MT 406,NE 308 402 531,NV 702 725 775,NH 603,NJ 201 551 609 640 732 848 856 862 908 973,NM 505 575,NY 212 315 329 332 347 363 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934,NC 252 336 472 704 743 828 910 919 980 984,ND 701,OH 216 220 234 283 326 330 380 419 436 440 513 567 614 740 937,OK 405 539 572 580 918,OR 458 503 541 971,PA 215 223 267 272 412 445 484 570 582 610 717 724 814 835 878,PR 787 939,RI 401,SC 803 821 839 843 854 864,SD 605,TN 423 615 629 731 865 901 931,TX 210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832 903 915 936 940 945 956 972 979,UT 385 435 801,VT 802,VA 276 434 540 571 686 703 757 804 826 948,WA 206 253 360 425 509 564,WV 304 681,WI 262 274 353 414 534 608 715 920,WY 307,AB 368 403 587 780 825,BC 236 250 257 604 672 778,MB 204 431 584,NB 428 506,NL 709 879,NS 782 902,ON 226 249 289 343 365 382 416 437 519 548 613 647 683 705 742 753 807 905 942,QC 263 354 367 418 438 450 468 514 579 581 819 873,SK 306 474 639,YT 867',
)

/** Parts of states that keep another time than the rest of them, by area code. */
export const zonesOfAreaCodes: Record<string, string> = codes(
  '850 America/Chicago,448 America/Chicago,219 America/Chicago,270 America/Chicago,364 America/Chicago,423 America/New_York,865 America/New_York,915 America/Denver',
)

/** Large cities of countries with several zones that no zone is named after. */
export const zonesOfCities: Record<string, string> = zones({
  'America/New_York':
    'us:boston us:philadelphia us:atlanta us:miami us:orlando us:tampa us:washington us:baltimore us:charlotte us:raleigh us:pittsburgh us:cleveland us:columbus us:cincinnati us:brooklyn us:buffalo us:jacksonville us:richmond',
  'America/Chicago':
    'us:houston us:dallas us:austin us:san_antonio us:fort_worth us:milwaukee us:minneapolis us:st._louis us:saint_louis us:kansas_city us:new_orleans us:memphis us:nashville us:omaha us:oklahoma_city us:tulsa us:madison us:birmingham',
  'America/Denver': 'us:salt_lake_city us:albuquerque us:el_paso us:colorado_springs us:boulder us:boise',
  'America/Phoenix': 'us:tucson us:mesa us:scottsdale',
  'America/Los_Angeles':
    'us:san_francisco us:san_diego us:san_jose us:seattle us:portland us:las_vegas us:sacramento us:oakland us:fresno us:long_beach us:spokane',
  'America/Toronto': 'ca:montreal ca:ottawa ca:quebec ca:quebec_city ca:hamilton ca:mississauga ca:london',
  'America/Edmonton': 'ca:calgary',
  'America/Vancouver': 'ca:victoria ca:surrey ca:burnaby',
  'America/Regina': 'ca:saskatoon',
  'Australia/Sydney': 'au:canberra au:newcastle',
  'Australia/Brisbane': 'au:gold_coast au:cairns',
  'America/Sao_Paulo': 'br:rio_de_janeiro br:brasilia br:belo_horizonte br:curitiba br:porto_alegre br:campinas',
  'America/Bahia': 'br:salvador',
  'America/Mexico_City': 'mx:guadalajara mx:puebla mx:monterrey',
  'Europe/Moscow': 'ru:saint_petersburg ru:st._petersburg',
  'Asia/Yekaterinburg': 'ru:ekaterinburg',
  'Europe/Lisbon': 'pt:porto',
  'Europe/Madrid': 'es:barcelona es:valencia es:seville es:sevilla',
})

function zones(names: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([zone, keys]) => keys.split(' ').map((key) => [key.replaceAll('_', ' '), zone])),
  )
}

function codes(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((entry) => {
      const cut = entry.lastIndexOf(' ')
      return [entry.slice(0, cut), entry.slice(cut + 1)]
    }),
  )
}

function areas(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').flatMap((entry) => {
      const [state = '', ...list] = entry.split(' ')
      return list.map((code) => [code, state])
    }),
  )
}

function ranges(text: string): [number, number, string][] {
  return text.split(',').map((entry) => {
    const [span = '', name = ''] = entry.split(' ')
    const [from, to] = span.split('-').map(Number)
    return [from!, to!, name]
  })
}
