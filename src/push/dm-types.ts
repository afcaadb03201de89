/** The two content types of a DM message, by their MIME names. @see OMA-TS-DM_PushBinding-V1_3 5.1.3, 5.2, 5.3, 5.4 */
export const dmMessageTypes = ['application/vnd.syncml.dm+wbxml', 'application/vnd.syncml.dm+xml'] as const;
