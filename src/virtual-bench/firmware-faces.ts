/** What firmware says of itself: the answers to +CGMI, +CGMM and +CGMR. */
export interface FirmwareFace {
  readonly manufacturer: string;
  readonly model: string;
  readonly revision: string;
}

/** By modem profile. The words are in the manner of the vendors; the revisions are made up and belong to no firmware. */
export const firmwareFaces: Readonly<Record<string, FirmwareFace>> = {
  'huawei-me909': { manufacturer: 'Huawei Technologies Co., Ltd.', model: 'ME909s-120', revision: '11.000.virtual' },
  'huawei-e-series': { manufacturer: 'huawei', model: 'E173', revision: '11.000.virtual' },
  'zte-mf': { manufacturer: 'ZTE CORPORATION', model: 'MF190', revision: 'virtual' },
  'quectel-lte': { manufacturer: 'Quectel', model: 'EC25', revision: 'EC25virtual' },
  'simcom-2g': { manufacturer: 'SIMCOM_Ltd', model: 'SIMCOM_SIM800L', revision: 'Revision:virtual' },
  'simcom-lte': { manufacturer: 'SIMCOM INCORPORATED', model: 'SIMCOM_SIM7600G-H', revision: 'virtual' },
  'sierra-em': { manufacturer: 'Sierra Wireless, Incorporated', model: 'EM7455', revision: 'virtual' },
  'telit-le910': { manufacturer: 'Telit', model: 'LE910C1-EU', revision: 'virtual' },
  'u-blox': { manufacturer: 'u-blox', model: 'SARA-R410M-02B', revision: 'virtual' },
  cinterion: { manufacturer: 'Cinterion', model: 'EHS6', revision: 'REVISION virtual' },
  wavecom: { manufacturer: 'WAVECOM MODEM', model: 'MULTIBAND  900E  1800', revision: 'virtual' },
  neoway: { manufacturer: 'NEOWAY', model: 'M590', revision: 'virtual' },
  'option-icera': { manufacturer: 'Option N.V.', model: 'GTM382', revision: 'virtual' },
  novatel: { manufacturer: 'Novatel Wireless Incorporated', model: 'MC760', revision: 'virtual' },
  'mediatek-phone': { manufacturer: 'MTK', model: 'MT6227', revision: 'virtual' },
};
