export {
  dissectDatagrams,
  dissectDatagramsFor,
  dissectDeliveries,
  dissectSubmissions,
  type TsharkVerdict,
  withoutServiceCentre,
} from '../../src/conformance/peers/tshark.js';
