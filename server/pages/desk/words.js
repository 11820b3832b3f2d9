/* desk/words.js - what a registrar says was seen, in words (schemas/desk-case.schema.json), and states of a case. */

export const kinds = [
	"driving-licence",
	"my-number-card",
	"passport",
	"residence-card",
	"special-permanent-resident-certificate",
	"driving-history-certificate",
	"disability-certificate",
	"rehabilitation-certificate",
	"mental-disability-certificate",
	"government-staff-card",
	"health-certificate",
	"pension-book",
	"resident-record",
	"seal-certificate",
	"child-allowance-certificate",
	"student-card",
	"company-card",
	"utility-bill",
];

export const checks = {
	visual: ["目で見た", "By eye"],
	tactile: ["手触り", "By touch"],
	chip: ["ICチップを読み、発行者の署名を検証した", "Chip read, its issuer’s signature verified"],
	scan: ["機械で読み取った", "By scanner"],
	"issuer-query": ["発行者に照会した", "The issuer was asked"],
};

export const portraits = {
	none: ["比べていない", "Not compared"],
	"by-agent": ["担当者が目で比べた", "By the registrar’s eye"],
	automated: ["機械で比べた", "Automatically"],
	both: ["目と機械の両方で比べた", "Both"],
};

export const records = {
	"document-issuer": ["身分証の発行者の記録", "Of who issued the document"],
	"resident-register": ["住民基本台帳に基づく記録", "The resident register"],
	"financial-operator": ["金融機関の記録", "A financial institution’s"],
	"mobile-operator": ["携帯電話事業者の記録", "A mobile operator’s"],
	"utility-operator": ["公共料金の事業者の記録", "A utility’s"],
	"credit-bureau": ["信用情報機関の記録", "A credit bureau’s"],
	"own-records": ["この窓口の組織の記録", "The desk’s own"],
};

export const accounts = {
	financial: ["金融機関の口座", "Financial account"],
	"mobile-phone": ["携帯電話", "Mobile phone"],
	landline: ["固定電話", "Landline"],
	utility: ["公共料金", "Utility"],
};

export const nonrepudiation = {
	"voice-recording": ["録音した", "Voice recording"],
	"video-recording": ["録画した", "Video recording"],
	"handwritten-signature": ["自署をもらった", "Handwritten signature"],
	seal: ["実印をもらった", "Registered seal"],
};

export const addresses = {
	postal: ["住所（郵便）", "Postal address"],
	phone: ["電話", "Telephone"],
	email: ["メール", "Mail"],
};

export const statements = {
	address_of_record: ["確かめた連絡先が、照合した記録に載っている", "The confirmed address stands in the records"],
	all_data_checked: ["申請の全ての項目を記録と照合した", "Every item of the application was checked against records"],
	biometric_recorded: ["生体情報（顔の画像など）を記録した", "A biometric was recorded, such as the face"],
	loss_checked: ["紛失や盗難の届けがないことを確かめた", "Made sure that nothing shown is lost or stolen"],
	terms_told: ["利用条件と注意を伝えた", "Told the terms, and what to take care of"],
};

/* Why an account is not done at the desk. */
export const accountRefusals = {
	staff: [
		"窓口の担当者のアカウントは、窓口では扱えません。運営者が担当者の登録を外してからにしてください。",
		"An account of staff is not done at the desk: the operator withdraws the role first.",
	],
	other: [
		"このアカウントは別の方のものとして本人確認されています。番号と、氏名・生年月日・性別・住所を確かめてください。それでも合わないときは、運営者に相談してください。",
		"This account was proved to be another person’s. Look at the number, name, date of birth, sex and address; if they still do not fit, ask the operator.",
	],
};

export const states = {
	checked: ["notice", "確認ずみ", "Checked"],
	confirmed: ["notice", "2人目も確認ずみ", "Confirmed by two"],
	completed: ["good", "完了", "Completed"],
	withdrawn: ["quiet", "取り下げ", "Withdrawn"],
};
